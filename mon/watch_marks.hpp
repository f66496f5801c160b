// Whether files that are watched have changed.
#pragma once

#include <string>

#include "config/config.hpp"

namespace merlin::mon {

// Changes when a file of the block does: name, size, mode, owner or time. Reads no content.
std::string mark_of(const config::Sync& sync);

}  // namespace merlin::mon
