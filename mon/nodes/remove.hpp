// Removing nodes from this node's merlin.conf.
#pragma once

#include <string>
#include <vector>

#include "mon/cli/command.hpp"
#include "mon/nodes/editing.hpp"

namespace merlin::mon {

// Each name once, in this order.
std::vector<std::string> without_repeats(const std::vector<std::string>& names);

// Removes these nodes, which merlin.conf has, and no longer trusts their certificates; prints that, and has merlind reload.
Outcome<int> remove_here(const Call& call, const std::vector<std::string>& names, const Before& before, Console& console);

}  // namespace merlin::mon
