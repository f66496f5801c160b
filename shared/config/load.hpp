// merlin.conf from disk or text to a checked Config. All errors are found in one go; a wrong file
// gives no Config, so that its reader keeps the last good one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/sources.hpp"

namespace merlin::config {

struct LoadResult {
  std::optional<Config> config;  // only when errors is empty
  std::vector<Error> errors;     // each with where = "FILE:LINE:COLUMN"; bounded, see problems.hpp
  // Old keys without effect, and keys that are kept but not in effect yet: each key once.
  std::vector<Error> warnings;
  std::vector<std::string> files;  // every file read, the first one first

  bool ok() const { return config.has_value(); }
};

// Reads `path` and what it includes. Blocks on disk only.
LoadResult load_file(const std::string& path, Sources& sources = disk());

// The same of a text that is not on disk (yet). `file_name` stands in positions, and relative includes
// start from its folder.
LoadResult load_text(std::string_view text, const std::string& file_name, Sources& sources = disk());

}  // namespace merlin::config
