// Started by root, merlind makes its folders, gives them to its own user and becomes that user before it opens
// anything: so whatever it could open at the start it can open again later.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace merlin::daemon {

struct Places {
  std::vector<std::string> folders;  // made where they are missing, mode 0755
  std::vector<std::string> files;    // those that are there and belong to root change their owner
};

// As root: prepares the places and becomes `user`. As anybody else: makes the folders that are missing, as far as
// it may. Error: no such user, or it cannot be become.
Result<> become_user(const std::string& user, const Places& places);

}  // namespace merlin::daemon
