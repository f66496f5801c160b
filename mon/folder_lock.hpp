// One mon at a time in a folder.
#pragma once

#include <string>

#include "base/result.hpp"
#include "net/fd.hpp"

namespace merlin::mon {

// Held until the descriptor is closed, or mon ends. Waits up to five seconds for another to end. Leaves no file behind.
Result<net::Fd> lock_folder(const std::string& folder);
// Likewise, but waits for nobody. Empty: another holds it, or the folder cannot be opened.
net::Fd try_lock_folder(const std::string& folder);

}  // namespace merlin::mon
