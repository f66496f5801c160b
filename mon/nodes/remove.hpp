// Removing nodes from this node's merlin.conf.
#pragma once

#include <string>
#include <vector>

#include "mon/cli/command.hpp"
#include "mon/nodes/editing.hpp"

namespace merlin::mon {

// Each name once, in this order.
std::vector<std::string> without_repeats(const std::vector<std::string>& names);

// The ssh keys of `name` in the authorized_keys of `node` cannot be listed.
Error keys_unlisted(const std::string& node, const std::string& name, const Error& error);

// Whether merlin.conf is still valid without these nodes. Nothing is written.
Outcome<> check_removable(const Call& call, const std::vector<std::string>& names, const Before& before);

// Removes these nodes, which merlin.conf has, and no longer trusts their certificates; prints that, and has merlind reload. All of them or,
// if the rest would not be valid, none.
Outcome<int> remove_here(const Call& call, const std::vector<std::string>& names, const Before& before, Console& console);

}  // namespace merlin::mon
