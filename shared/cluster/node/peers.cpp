#include "shared/cluster/node/peers.hpp"

#include <algorithm>

namespace merlin::cluster {

Peer* Peers::find(const NodeId& id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

const Peer* Peers::find(const NodeId& id) const {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

// Nodes without a block are not returned: they stay as long as a configured node names them.
std::set<NodeId> Peers::configure(const Settings& settings) {
  std::set<NodeId> gone;
  for (auto& [id, peer] : peers_) {
    if (peer.drop_block()) gone.insert(id);
  }
  for (const Settings::Peer& block : settings.peers) {
    if (block.id.empty() || block.id == settings.self) continue;
    removed_.erase(block.id);
    peers_[block.id].configure(block);
    gone.erase(block.id);
  }
  removed_.insert(gone.begin(), gone.end());
  return gone;
}

bool Peers::is_named(const NodeId& id) const {
  if (removed_.contains(id)) return false;
  return std::any_of(peers_.begin(), peers_.end(), [&](const auto& entry) {
    const Peer& peer = entry.second;
    if (!peer.is_configured() || !peer.info()) return false;
    const std::vector<NodeId>& known = peer.info()->knows_nodes;
    return std::find(known.begin(), known.end(), id) != known.end();
  });
}

std::string Peers::name_of(const NodeId& id) const {
  const Peer* peer = find(id);
  return peer == nullptr || peer->name().empty() ? "node " + id.short_hex() : peer->name();
}

bool Peers::any_wants_majority() const {
  return std::any_of(peers_.begin(), peers_.end(), [](const auto& entry) {
    return entry.second.is_configured() && entry.second.info() && entry.second.info()->majority;
  });
}

InventoryPtr Peers::inventory_with(std::uint64_t digest) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const auto& entry) { return entry.second.has_inventory(digest); });
  return found == peers_.end() ? nullptr : found->second.inventory();
}

}  // namespace merlin::cluster
