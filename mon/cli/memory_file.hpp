// A file without a name, for a program that reads files only.
#pragma once

#include <string_view>

#include "shared/net/fd.hpp"

namespace merlin::mon {

// Contains `text`, positioned at its start. Invalid: no memory.
net::Fd memory_file(std::string_view text);

}  // namespace merlin::mon
