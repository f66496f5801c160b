// Folders below a root, entered without following any link, so that no link can lead out of the root. The root itself is opened as
// safe_path.hpp describes.
#pragma once

#include <sys/stat.h>

#include <string>

#include "mon/cli/safe_path.hpp"
#include "mon/sync/tree.hpp"
#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon::sync {

// The position of an item: its folder, and its name in the folder.
struct Place {
  net::Fd folder;
  std::string name;
};

// `root` is absolute; below it links are not followed. `path` is not empty.
Result<Place> place_of(const std::string& root, const std::string& path, Missing missing = Missing::error);
// The folder of `path` itself, with the name of its last part. Missing folders are created if requested.
Result<Place> place_of_root(const std::string& path, Missing missing = Missing::error);

// The complete content of a regular file. Error: it is not a regular file, or too large.
Result<std::string> read_file(const Place& place, const std::string& shown);

// The item that `about` describes: kind, mode, owner and time.
Item item_of(const struct stat& about);

}  // namespace merlin::mon::sync
