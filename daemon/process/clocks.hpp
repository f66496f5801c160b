// The only place where merlind reads clocks.
#pragma once

#include "shared/base/time.hpp"

namespace merlin::daemon {

// CLOCK_MONOTONIC and the wall clock.
Now read_clocks();

}  // namespace merlin::daemon
