// Folders below a root, gone into without ever following a link: nobody can lead us out of it.
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/result.hpp"
#include "mon/sync/tree.hpp"
#include "net/fd.hpp"

namespace merlin::mon::sync {

enum class Missing { error, make };

// Where an item is: its folder, and its name in it.
struct Place {
  net::Fd folder;
  std::string name;
};

// `root` is absolute and may be reached by links; below it there are none on the way. `path` is not empty.
Result<Place> place_of(const std::string& root, const std::string& path, Missing missing = Missing::error);
// The folder of `path` itself, with the name of its last part. Its folders are made where they are missing.
Result<Place> place_of_root(const std::string& path, Missing missing = Missing::error);

// The whole of a regular file. Error: it is no such, or too large.
Result<std::string> read_file(const Place& place, const std::string& shown);

// What `about` says of an item: kind, mode, owner and time.
Item item_of(const struct stat& about);

}  // namespace merlin::mon::sync
