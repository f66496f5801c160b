// Parts of the table of commands that stand in files of their own.
#pragma once

#include <vector>

#include "mon/command.hpp"

namespace merlin::mon {

std::vector<Command> check_commands();
std::vector<Command> log_commands();

}  // namespace merlin::mon
