// Loads merlin.conf from disk or text into a checked Config. Reports all errors at once. A wrong file gives no Config, so the caller keeps
// the last valid one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/config.hpp"
#include "shared/config/sources.hpp"

namespace merlin::config {

struct LoadResult {
  std::optional<Config> config;  // only if errors is empty
  std::vector<Error> errors;     // each with where = "FILE:LINE:COLUMN"; limited, see problems.hpp
  // Old keys without effect, and keys that are not in effect yet: each key once.
  std::vector<Error> warnings;
  std::vector<std::string> files;  // every file that was read, the first one first

  bool ok() const { return config.has_value(); }
};

// Reads `path` and the files that it includes. Blocks only while the disk works.
LoadResult load_file(const std::string& path, Sources& sources = disk());

// The same for a text that is not on disk (yet). `file_name` is used in positions; relative includes start from its
// folder.
LoadResult load_text(std::string_view text, const std::string& file_name, Sources& sources = disk());

}  // namespace merlin::config
