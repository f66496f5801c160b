// The one place where merlind reads clocks.
#pragma once

#include "base/time.hpp"

namespace merlin::daemon {

// CLOCK_MONOTONIC and the wall clock.
Now read_clocks();

}  // namespace merlin::daemon
