#include "shared/cluster/state/versions.hpp"

#include <algorithm>

namespace merlin::cluster {

std::uint64_t hlc_of(WallTime wall) {
  const std::int64_t milliseconds = std::clamp<std::int64_t>(wall.time_since_epoch().count(), 0, kGreatestWallMs);
  return static_cast<std::uint64_t>(milliseconds) << 16;
}

std::uint64_t HybridClock::next(WallTime wall) {
  last_ = std::max(last_ + 1, hlc_of(wall));
  return last_;
}

void HybridClock::observe(std::uint64_t hlc) { last_ = std::max(last_, std::min(hlc, kGreatestClock)); }

}  // namespace merlin::cluster
