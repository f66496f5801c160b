// The text of the core's configuration files.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace merlin::mon::oconf {

// The whole of a regular file, or of one that a link leads to; at most largest_file bytes.
Result<std::string> read_object_text(const std::string& path);

// key and value of each line "key=value" of a main file; comments and what is no such line are left out.
std::vector<std::pair<std::string, std::string>> main_settings(std::string_view text);

}  // namespace merlin::mon::oconf
