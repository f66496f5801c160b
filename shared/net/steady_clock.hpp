// The only place in shared/ that reads a clock: the arrival time of bytes cannot be passed in as an argument.
#pragma once

#include "shared/base/time.hpp"

namespace merlin::net {

inline SteadyTime steady_now() {
  return SteadyTime(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace merlin::net
