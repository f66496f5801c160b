#include "daemon/links/clone_watch.hpp"

namespace merlin::daemon {

void CloneWatch::note_swap(const NodeId& id, SteadyTime now) {
  std::vector<SteadyTime>& swaps = swaps_[id];
  swaps.push_back(now);
  if (swaps.size() > kSwaps) swaps.erase(swaps.begin());
}

bool CloneWatch::is_doubled(const NodeId& id, SteadyTime now) const {
  const auto found = swaps_.find(id);
  if (found == swaps_.end() || found->second.size() < kSwaps) return false;
  const auto& swaps = found->second;
  return swaps.back() - swaps.front() <= kWithin && now - swaps.back() <= kWithin;
}

}  // namespace merlin::daemon
