// Parts of the table of commands that stand in files of their own.
#pragma once

#include <vector>

#include "mon/command.hpp"

namespace merlin::mon {

std::vector<Command> check_commands();
std::vector<Command> log_commands();
std::vector<Command> configuration_commands();
std::vector<Command> configuration_steps();  // what a push or fetch runs on the other node
std::vector<Command> sync_commands();

}  // namespace merlin::mon
