// Only one mon at a time in a folder.
#pragma once

#include <string>

#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon {

// Held until the descriptor is closed or mon ends. Waits up to five seconds for another one. Leaves no file behind.
Result<net::Fd> lock_folder(const std::string& folder);
// The same without waiting. Empty: another mon holds it, or the folder cannot be opened.
net::Fd try_lock_folder(const std::string& folder);

}  // namespace merlin::mon
