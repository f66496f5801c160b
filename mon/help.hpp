// The help, made from the table of commands.
#pragma once

#include <string>
#include <string_view>

namespace merlin::mon {

// Of one command ("node add"), of a group ("node"), or of everything ("").
std::string help_text(std::string_view topic);

}  // namespace merlin::mon
