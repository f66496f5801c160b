#include "daemon/links/refusals.hpp"

#include <algorithm>

#include "shared/net/address.hpp"

namespace merlin::daemon {

std::string_view word_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::busy:
      return "busy";
    case RefusalReason::cluster:
      return "cluster";
    case RefusalReason::crowded:
      return "crowded";
    case RefusalReason::gave_up:
      return "gave_up";
    case RefusalReason::identity:
      return "identity";
    case RefusalReason::no_descriptor:
      return "no_descriptor";
    case RefusalReason::not_a_core:
      return "not_a_core";
    case RefusalReason::not_ours:
      return "not_ours";
    case RefusalReason::refused_us:
      return "refused_us";
    case RefusalReason::second_module:
      return "second_module";
    case RefusalReason::timed_out:
      return "timed_out";
    case RefusalReason::unknown_node:
      return "unknown_node";
    case RefusalReason::untrusted:
      return "untrusted";
    case RefusalReason::version:
      return "version";
    case RefusalReason::other:
      break;
  }
  return "other";
}

bool Refusals::note(RefusedPeer peer, Now now) {
  ++counts_[peer.reason];
  peer.last = now.wall;
  const std::string source = network_of_address(peer.address).append(" ").append(word_of(peer.reason));
  const auto same = std::find_if(peers_.begin(), peers_.end(), [&](const RefusedPeer& known) {
    if (!peer.fingerprint.empty()) return known.fingerprint == peer.fingerprint && known.reason == peer.reason;
    return known.fingerprint.empty() && known.reason == peer.reason &&
           network_of_address(known.address) == network_of_address(peer.address);
  });
  if (same != peers_.end()) {
    peer.count = same->count + 1;
    // A link that we opened ourselves knows its block; a later incoming one does not overwrite it.
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
  // This many sources within a minute no longer get a line each.
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

std::string network_of_address(std::string_view address) {
  const std::string host = host_of_address(address);
  const auto known = net::SocketAddress::from_literal(host, net::kDefaultPort);
  return known ? known->network() : host;
}

std::string host_of_address(std::string_view address) {
  if (address.starts_with('[')) return std::string(address.substr(1, address.find(']') - 1));
  return std::string(address.substr(0, address.rfind(':')));
}

}  // namespace merlin::daemon
