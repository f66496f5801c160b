// Replaces one file by another in one step, safe against a crash at any moment.
#pragma once

#include <string>
#include <string_view>

#include "shared/base/result.hpp"

namespace merlin::config {

// Writes a temporary file beside it, syncs, renames, syncs the folder. Keeps owner and mode (0644 for a new file); a symbolic link remains
// and its target is replaced. Error: nothing has changed, except for the error that says that the new file is in place and only the sync of
// its folder failed.
Result<> replace_file_atomically(const std::string& path, std::string_view text);

}  // namespace merlin::config
