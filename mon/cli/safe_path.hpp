// Paths on which mon works as root although other users own folders on them.
//
// A link on the way is followed only if nobody but root and we can change it: it, and every folder before it, is owned by root or us, and
// other users cannot write there (or only, as in /tmp, beside it). So nobody can lead us to another place.
#pragma once

#include <string>
#include <vector>

#include "mon/cli/user_rights.hpp"
#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon {

enum class Missing {
  error,
  make,   // missing folders are created, mode 0755
  allow,  // a missing folder gives an empty descriptor
};

// Opens a folder by its absolute path.
Result<net::Fd> open_folder(const std::string& path, Missing missing = Missing::error);

// Opens a folder in an open folder, without following a link. `shown` names it in an error.
Result<net::Fd> open_below(const net::Fd& folder, const std::string& name, const std::string& shown, Missing missing = Missing::error);

// The absolute path with links that may be followed replaced by what they lead to. The last part need not exist, and may be a link that is
// not followed.
Result<std::string> followed(const std::string& path);

// Opens a file for reading. Where other users can replace a part of its path, root follows links only with the rights of each of them, and
// another user follows none: otherwise reading it by that path would give away what they cannot read.
Result<net::Fd> open_to_read(const std::string& path);

// The rights of all who can replace a part of the path; empty: only root and we can. Follows all links.
std::vector<UserRights> controllers_of(const std::string& path);

// A path for a system call that takes one: the entry NAME of this open folder, wherever that folder is moved. Valid while it is open.
std::string entry_of(const net::Fd& folder, const std::string& name);

}  // namespace merlin::mon
