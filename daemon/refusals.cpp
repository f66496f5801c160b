#include "refusals.hpp"

#include <algorithm>

namespace merlin::daemon {

bool Refusals::note(RefusedPeer peer, Now now) {
  ++counts_[peer.reason];
  peer.last = now.wall;
  const std::string source = host_of_address(peer.address) + ' ' + peer.reason;
  const auto same = std::find_if(peers_.begin(), peers_.end(), [&](const RefusedPeer& known) {
    if (!peer.fingerprint.empty()) return known.fingerprint == peer.fingerprint && known.reason == peer.reason;
    return known.fingerprint.empty() && known.reason == peer.reason && host_of_address(known.address) == host_of_address(peer.address);
  });
  if (same != peers_.end()) {
    peer.count = same->count + 1;
    // A link that we opened ourselves knows the block; one that came in later does not take that away.
    if (peer.block.empty()) peer.block = same->block;
    peers_.erase(same);
  }
  if (peers_.size() >= kMaxPeers) peers_.erase(peers_.begin());
  peers_.push_back(std::move(peer));
  return log_is_due(source, now.steady);
}

bool Refusals::log_is_due(const std::string& source, SteadyTime now) {
  const auto found = logged_.find(source);
  if (found != logged_.end() && now - found->second < kLogPause) return false;
  if (logged_.size() >= kMaxSources) std::erase_if(logged_, [&](const auto& entry) { return now - entry.second >= kLogPause; });
  // So many sources within a minute are no longer worth a line each.
  if (logged_.size() >= kMaxSources && found == logged_.end()) return false;
  logged_[source] = now;
  return true;
}

void Refusals::forget_certificate(std::string_view fingerprint) {
  std::erase_if(peers_, [&](const RefusedPeer& peer) { return peer.fingerprint == fingerprint; });
}

void Refusals::forget_block(std::string_view block) {
  std::erase_if(peers_, [&](const RefusedPeer& peer) { return peer.block == block; });
}

std::string host_of_address(std::string_view address) {
  if (address.starts_with('[')) return std::string(address.substr(1, address.find(']') - 1));
  return std::string(address.substr(0, address.rfind(':')));
}

}  // namespace merlin::daemon
