// The text of the core's configuration files.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

// The complete content of a regular file, also through a link; at most kLargestFile bytes.
Result<std::string> read_object_text(const std::string& path);

// Key and value of each line "key=value" of a main file; comments and other lines are skipped.
std::vector<std::pair<std::string, std::string>> main_settings(std::string_view text);

}  // namespace merlin::mon::oconf
