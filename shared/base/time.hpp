// The two kinds of time in Merlin. Code in shared/ never reads a clock; callers pass the current time as an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace merlin {

using Millis = std::chrono::milliseconds;
using Micros = std::chrono::microseconds;

// For libev, which counts in seconds.
constexpr double to_seconds(Millis duration) { return static_cast<double>(duration.count()) / 1000.0; }

// A time on this machine's steady clock. Meaningless on other nodes and after a reboot.
struct SteadyTag {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<SteadyTag, Millis>;
  static constexpr bool is_steady = true;
};
using SteadyTime = SteadyTag::time_point;

// Wall-clock time, in milliseconds since 1970 UTC. It can jump and is never used for ordering; versions are.
struct WallTag {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<WallTag, Millis>;
  static constexpr bool is_steady = false;
};
using WallTime = WallTag::time_point;

// Both clocks at one moment. Every step of a state machine receives them.
struct Now {
  SteadyTime steady;
  WallTime wall;
};

}  // namespace merlin
