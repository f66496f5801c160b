// Files that go from one folder to another, which may lie on another file system.
#pragma once

#include <string>

#include "base/result.hpp"

namespace merlin::mon::oconf {

// `from` under the name `to`, in one step and in the place of what stands there. From another file system it is copied
// beside `to` first, as `draft`, safe on the disk; `from` may be left behind then.
Result<> place_file(const std::string& from, const std::string& to, const std::string& draft);

// `from` under a second name, which appears only when all of it is there: a link, on another file system a copy
// with owner, mode and times. What `to` is already stays. False: there is no `from`.
Result<bool> keep_file(const std::string& from, const std::string& to);

}  // namespace merlin::mon::oconf
