// A core's own check of its configuration.
#pragma once

#include <string>

#include "base/result.hpp"

namespace merlin::mon {

// Runs `binary -v main_file`. Error: what is the core's own first complaint.
Result<> check_core(const std::string& binary, const std::string& main_file);

}  // namespace merlin::mon
