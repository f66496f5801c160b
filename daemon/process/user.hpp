// If root starts merlind, it creates its folders, gives them to its own user, and switches to that user before it opens anything: so
// whatever it could open at the start, it can open again later.
#pragma once

#include <string>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::daemon {

struct Places {
  std::vector<std::string> folders;  // created if missing, mode 0755
  std::vector<std::string> files;    // change their owner if they exist and belong to root
};

// As root: prepares the folders and switches to `user`. As any other user: creates missing folders as far as it is allowed to. Error: no
// such user, or switching failed.
Result<> become_user(const std::string& user, const Places& places);

}  // namespace merlin::daemon
