// The two times of Merlin. Code in shared/ never reads a clock: the present comes in as an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace merlin {

using Millis = std::chrono::milliseconds;
using Micros = std::chrono::microseconds;

// A point on this machine's steady clock. Means nothing on another node, nor after a reboot.
struct SteadyTag {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<SteadyTag, Millis>;
  static constexpr bool is_steady = true;
};
using SteadyTime = SteadyTag::time_point;

// Wall clock, milliseconds since 1970 UTC. May step; never used to order anything: versions do that.
struct WallTag {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<WallTag, Millis>;
  static constexpr bool is_steady = false;
};
using WallTime = WallTag::time_point;

// Both clocks at one moment, as every step of a state machine gets them.
struct Now {
  SteadyTime steady;
  WallTime wall;
};

}  // namespace merlin
