// Detects changes of watched files.
#pragma once

#include <string>

#include "shared/config/config.hpp"

namespace merlin::mon {

// Changes with a file of the block: name, size, mode, owner or time. Reads no contents.
std::string mark_of(const config::Sync& sync);

}  // namespace merlin::mon
