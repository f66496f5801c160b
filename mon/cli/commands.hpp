// The list of all commands, and the options of every command.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mon/cli/command.hpp"

namespace merlin::mon {

// Sorted by name. Not available before main() has started.
std::span<const Command* const> all_commands();

// The commands for people: without the plumbing.
std::vector<const Command*> usual_commands();

// Options of every command.
std::span<const Option> common_options();

// The command with exactly this name, or null.
const Command* find_command(std::string_view name);

// The known name nearest to the typed one: by spelling ("node ad"), or by its last word ("status" for "node status"). Empty: none is
// similar.
std::string_view nearest_command(std::string_view typed);

}  // namespace merlin::mon
