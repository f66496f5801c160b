// The services of this node, for commands that need one of them restarted.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "mon/command.hpp"

namespace merlin::mon {

// Whether merlind hears this node's core.
bool core_runs(const Call& call);

// Restarts the core, not merlind, and waits until it talks to merlind again, a minute at most. A step that fails does
// not keep the next from being tried.
Result<> restart_core(const Call& call, const config::Config& config);

}  // namespace merlin::mon
