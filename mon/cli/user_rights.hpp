// The rights of other users with which root reads and writes where they decide what a name leads to.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon {

struct UserRights {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  // supplementary

  bool operator==(const UserRights&) const = default;
};

// Of a user and the groups that the user database gives it. A user without an entry there has no groups.
UserRights rights_of_user(uid_t user);
// What any member of the group can do, whoever it is.
UserRights rights_of_group(gid_t group);
// What every user can do.
UserRights rights_of_all();

// Opens a file for reading as those users could; root only. The rest of the process keeps its rights.
Result<net::Fd> open_as(const UserRights& rights, const std::string& path);

}  // namespace merlin::mon
