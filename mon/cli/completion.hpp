// Completion scripts for the supported shells, made from the command table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace merlin::mon {

// A script for "bash", "zsh" or "fish"; empty: another shell.
std::optional<std::string> completion_script(std::string_view shell);

}  // namespace merlin::mon
