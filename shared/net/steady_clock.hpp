// The one place of shared/ that reads a clock: when bytes arrived cannot come in as an argument.
#pragma once

#include "base/time.hpp"

namespace merlin::net {

inline SteadyTime steady_now() {
  return SteadyTime(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace merlin::net
