// The services of this node, for commands that restart one of them.
#pragma once

#include "mon/cli/command.hpp"
#include "shared/base/result.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

// Whether this node's core is connected to merlind.
bool core_runs(const Call& call);

// Restarts the core, not merlind, and waits until it is connected to merlind again, for at most a minute. A failed step
// does not prevent the next one.
Result<> restart_core(const Call& call, const config::Config& config);

}  // namespace merlin::mon
