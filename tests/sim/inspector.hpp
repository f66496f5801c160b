// What the judge may see of a node's internals.
#pragma once

#include <functional>

#include "shared/cluster/node/node_state.hpp"

namespace merlin::cluster {

class NodeInspector {
 public:
  explicit NodeInspector(const Node& node) : state_(*node.state_) {}

  const Table& table() const { return state_.table; }
  // Compares the table's row of this register with this content.
  std::strong_ordering compare(const wire::Register& content) const {
    const Row* known = state_.table.find(key_of(content));
    return known != nullptr ? order(known->content, content) : std::strong_ordering::less;
  }
  wire::NodePhase phase() const { return state_.own_phase(); }
  // Its core receives all rows silently.
  bool is_catching_up() const { return state_.phases.is_catching_up(); }
  std::uint64_t term() const { return state_.term; }
  std::size_t forwards_waiting() const { return state_.forwarding.waiting(); }
  std::uint64_t forwards_dropped() const { return state_.forwarding.dropped(); }
  std::size_t backlog(const NodeId& peer) const { return state_.replication.backlog(peer); }
  std::size_t under_way(const NodeId& peer) const { return state_.replication.under_way(peer); }
  std::size_t unsafe_acts() const { return state_.store_writer.unsafe(); }
  bool core_fed() const { return state_.feed.drained(); }

 private:
  Node::State& state_;
};

}  // namespace merlin::cluster
