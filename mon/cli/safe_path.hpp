// Paths on which mon works as root although other users own folders on them.
//
// A link on the way is followed only if nobody but root and we can change it: it, and every folder before it, is owned by root or us, and
// other users cannot write there (or only, as in /tmp, beside it). So nobody can lead us to another place.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>

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

// The absolute path with links that may be followed replaced by what they lead to. The last part need not exist, and may be a link that is
// not followed.
Result<std::string> followed(const std::string& path);

// Who can replace a part of the path, as owner or group of the first folder in which that is possible; nothing if only root and we can.
// Follows all links.
struct Controller {
  uid_t user = 0;
  gid_t group = 0;
};
std::optional<Controller> controller_of(const std::string& path);

// Whether a controller of a path can read this file by itself, so that reading it by that path gives nothing away. Root as `user` stands
// for the members of the group.
bool is_readable_for(const Controller& controller, const struct stat& file);

// A path for a system call that takes one: the entry NAME of this open folder, wherever that folder is moved. Valid while it is open.
std::string entry_of(const net::Fd& folder, const std::string& name);

}  // namespace merlin::mon
