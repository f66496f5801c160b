// Finds one node id on two machines (R7): a machine that was copied together with its key. Such a pair replaces each
// other's link again and again while both live; a restart does so once, and its old link is dead by then. Pure.
#pragma once

#include <map>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace merlin::daemon {

class CloneWatch {
 public:
  static constexpr std::size_t kSwaps = 3;  // so many
  static constexpr Millis kWithin{60'000};  // in this time: both are refused, for as long after the last one

  // A living link was about to give way to one of another instance of the same node.
  void note_swap(const NodeId& id, SteadyTime now);
  bool is_doubled(const NodeId& id, SteadyTime now) const;

 private:
  std::map<NodeId, std::vector<SteadyTime>> swaps_;  // of trusted nodes only, at most kSwaps each
};

}  // namespace merlin::daemon
