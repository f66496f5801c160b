// A core's own check of its configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon {

// Runs `binary -v main_file`. Error: `what` is the core's first complaint.
Result<> check_core(const std::string& binary, const std::string& main_file);

// The same by a custom command, ended after `timeout`. Error: `what` is only the complaint.
Result<> check_core(const std::vector<std::string>& command, const std::string& main_file, Millis timeout);

// From the output of such a check: the line that names the first error, else the last line.
std::string first_complaint(std::string_view output);

}  // namespace merlin::mon
