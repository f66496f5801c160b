// The help, made from the command table.
#pragma once

#include <string>
#include <string_view>

namespace merlin::mon {

// Of one command ("node add"), of a group ("node"), or of everything (""); with `all`, including the plumbing.
std::string help_text(std::string_view topic, bool all = false);

// The most important commands, on less than a screen.
std::string short_help();

}  // namespace merlin::mon
