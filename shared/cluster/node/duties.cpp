#include "shared/cluster/node/duties.hpp"

#include <string>

#include "shared/cluster/ownership/ranking.hpp"

namespace merlin::cluster {
namespace {

// A core with these claims owns the object. An orphan service is claimed by itself.
bool owns(const ClaimSet& claims, const InventoryPtr& known, const ObjectKey& object) {
  if (!object.is_host() && claims.contains(object.service)) return true;
  return claims.contains(object.host) && known && known->knows(object);
}

}  // namespace

NodeId Duties::owner_of(const ObjectKey& object) const {
  if (owns(core_.claims(), core_.inventory(), object)) return settings_.self;
  for (const auto& [id, peer] : peers_) {
    if (peer.is_active() && owns(peer.claims(), peer.inventory(), object)) return id;
  }
  return {};
}

bool Duties::decides(const Peer& node, const ObjectKey& object) const { return owns(node.claims(), node.inventory(), object); }

bool Duties::goes_on_deciding(const ObjectKey& object) const {
  const auto keeps = [&](Unit unit) { return core_.claims().contains(unit) && ownership_.running().contains(unit); };
  if (!core_.is_connected() || !core_.inventory() || !core_.inventory()->knows(object)) return false;
  return keeps(object.host) || (!object.is_host() && keeps(object.service));
}

bool Duties::has_notifications(const NodeId& node) const {
  if (node == settings_.self) return settings_.notifies;
  const Peer* peer = peers_.find(node);
  return peer == nullptr || peer->notifies();
}

std::optional<NodeId> Duties::designated_notifier(const ObjectKey& object) const {
  std::optional<NodeId> first;
  const auto consider = [&](const NodeId& id, const InventoryPtr& inventory) {
    if (!has_notifications(id) || !inventory || !inventory->knows(object)) return;
    if (!first || stands_before(id, *first, object)) first = id;
  };
  if (core_.is_connected()) consider(settings_.self, core_.inventory());
  for (const auto& [id, peer] : peers_) {
    if (peer.is_active() && peer.is_configured()) consider(id, peer.inventory());
  }
  return first;
}

bool Duties::notifies(const ObjectKey& object) const {
  if (!settings_.notifies) return false;
  if (goes_on_deciding(object)) return true;
  bool is_silent = false;  // the node that decides does not notify
  for (const auto& [id, peer] : peers_) {
    if (!peer.is_active() || !decides(peer, object)) continue;
    if (has_notifications(id)) return false;
    is_silent = true;
  }
  return is_silent && designated_notifier(object) == settings_.self;
}

bool Duties::stands_before(const NodeId& one, const NodeId& peer, const ObjectKey& object) const {
  const KnownHost* host = core_.inventory() ? core_.inventory()->find(object.host) : nullptr;
  const std::string name = host == nullptr ? std::string() : host->name;
  const auto candidate = [&](const NodeId& id) { return Candidate{id, best_draw(id, 1, name), 1, wire::NodePhase::ready}; };
  return cluster::stands_before(candidate(one), candidate(peer));
}

}  // namespace merlin::cluster
