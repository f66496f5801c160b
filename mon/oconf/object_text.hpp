// The text of the core's configuration files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

// The complete content of a regular file, also through a link; at most kLargestFile bytes.
Result<std::string> read_object_text(const std::string& path);

// The document in a file that Merlin wrote; null if it cannot be read, discarded if it is not valid.
nlohmann::ordered_json read_object_json(const std::string& path);

// Key and value of each line "key=value" of a main file; comments and other lines are skipped.
std::vector<std::pair<std::string, std::string>> main_settings(std::string_view text);

}  // namespace merlin::mon::oconf
