#include "cluster/versions.hpp"

#include <algorithm>

namespace merlin::cluster {

std::uint64_t hlc_of(WallTime wall) {
  const std::int64_t milliseconds = std::max<std::int64_t>(0, wall.time_since_epoch().count());
  return static_cast<std::uint64_t>(milliseconds) << 16;
}

std::uint64_t HybridClock::next(WallTime wall) {
  last_ = std::max(last_ + 1, hlc_of(wall));
  return last_;
}

void HybridClock::observe(std::uint64_t hlc) { last_ = std::max(last_, hlc); }

}  // namespace merlin::cluster
