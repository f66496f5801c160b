// Detects one node id on two machines (R7): a machine that was copied with its key. Such a pair keeps replacing each other's link while
// both run. A restart does so once, and its old link is dead by then. Pure.
#pragma once

#include <map>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::daemon {

class CloneWatch {
 public:
  static constexpr std::size_t kSwaps = 3;  // this many
  static constexpr Millis kWithin{60'000};  // within this time: both are refused, and for as long after the last one

  // A working link was about to be replaced by one of another instance of the same node.
  void note_swap(const NodeId& id, SteadyTime now);
  bool is_doubled(const NodeId& id, SteadyTime now) const;

 private:
  std::map<NodeId, std::vector<SteadyTime>> swaps_;  // only for trusted nodes, at most kSwaps each
};

}  // namespace merlin::daemon
