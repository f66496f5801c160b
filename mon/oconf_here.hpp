// This node's object configuration.
#pragma once

#include <optional>

#include "mon/command.hpp"
#include "mon/oconf/object_files.hpp"

namespace merlin::mon {

// Empty after an error was printed: no main file is known, or a file cannot be read.
std::optional<oconf::Manifest> manifest_here(const Call& call, Console& console);

}  // namespace merlin::mon
