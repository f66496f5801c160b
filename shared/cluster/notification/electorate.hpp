// The voters of R9, and when those that have granted are a majority.
#pragma once

#include <optional>
#include <set>

#include "shared/base/ids.hpp"

namespace merlin::cluster {

struct Electorate {
  NodeId self;
  bool self_votes = true;
  std::set<NodeId> others;    // other nodes that have a vote
  bool majority = false;      // else every side of a network split notifies
  std::optional<NodeId> tie;  // the node whose side is the majority at exactly half

  // More than half of all voters, or half with the deciding node: `tie`, else the smallest id of more than two.
  bool is_majority(const std::set<NodeId>& granted) const;
};

}  // namespace merlin::cluster
