// Versions fence stale writers (R3): (term, view size, hybrid logical clock, node id), compared in that order.
#pragma once

#include <cstdint>

#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

// Hybrid logical clock: 48 bits of wall-clock milliseconds and a 16-bit counter whose overflow carries
// into the milliseconds. It never goes back, whatever the wall clock does.
// Source: Kulkarni et al., "Logical Physical Clocks", 2014.
//
// Values of other nodes raise it to kGreatestClock at most, some four thousand years from now. A greater value is damaged or hostile,
// and counting on from there could overflow to 0.
inline constexpr std::int64_t kGreatestWallMs = std::int64_t{1} << 47;
inline constexpr std::uint64_t kGreatestClock = std::uint64_t{kGreatestWallMs} << 16;

class HybridClock {
 public:
  // The next value, above every value made or observed before.
  std::uint64_t next(WallTime wall);
  // Another node's value was seen.
  void observe(std::uint64_t hlc);
  std::uint64_t last() const { return last_; }

 private:
  std::uint64_t last_ = 0;
};

// The smallest clock value of a wall-clock moment; moments before 1970 give 0.
std::uint64_t hlc_of(WallTime wall);

}  // namespace merlin::cluster
