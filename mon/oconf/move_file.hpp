// Moves files from one folder to another, which may be on another file system.
#pragma once

#include <string>

#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

// Renames `from` to `to` in one step, and replaces what exists there. From another file system it is first copied
// beside `to`, as `draft`, and synchronised to disk; then `from` may remain.
Result<> place_file(const std::string& from, const std::string& to, const std::string& draft);

// Gives `from` a second name, which appears only when the file is complete: a hard link, or on another file system a copy
// with owner, mode and times. An existing `to` is unchanged. False: `from` does not exist.
Result<bool> keep_file(const std::string& from, const std::string& to);

}  // namespace merlin::mon::oconf
