// The other nodes that count: those in our file, and those that one of them names (R2).
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "shared/cluster/node/peer.hpp"

namespace merlin::cluster {

class Peers {
 public:
  static constexpr std::size_t kMost = 64;  // known at a time, configured or not

  // Null: no such node.
  Peer* find(const NodeId& id);
  const Peer* find(const NodeId& id) const;
  bool contains(const NodeId& id) const { return peers_.contains(id); }
  // Adds the node if it is new.
  Peer& at(const NodeId& id) { return peers_[id]; }
  auto begin() { return peers_.begin(); }
  auto end() { return peers_.end(); }
  auto begin() const { return peers_.begin(); }
  auto end() const { return peers_.end(); }

  // The configuration was read. Returns the removed nodes, to be forgotten by the caller; other nodes cannot add them again.
  std::set<NodeId> configure(const Settings& settings);
  void forget(const NodeId& id) { peers_.erase(id); }
  // A node that is in our file names it.
  bool is_named(const NodeId& id) const;
  // It is known, or it is named and there is room for it.
  bool may_count(const NodeId& id) const { return contains(id) || (peers_.size() < kMost && is_named(id)); }

  std::string name_of(const NodeId& id) const;
  // A configured node's file asks for a majority.
  bool any_wants_majority() const;
  // Null: no node has one with that digest.
  InventoryPtr inventory_with(std::uint64_t digest) const;

 private:
  std::map<NodeId, Peer> peers_;
  std::set<NodeId> removed_;  // removed from our file since our start
};

}  // namespace merlin::cluster
