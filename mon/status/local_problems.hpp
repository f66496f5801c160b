// Problems of this node that merlind does not see.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mon/cli/command.hpp"

namespace merlin::mon {

// Completes a "status" document: why the core is not connected, a core that will start without the module, services that do not start
// with the machine, files that the core has not loaded.
void add_local_problems(const Call& call, nlohmann::ordered_json& status);

}  // namespace merlin::mon
