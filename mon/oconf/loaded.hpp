// Whether the core has loaded what its object files contain now.
//
//   FOLDER OF THE MAIN FILE/.merlin/loaded   digest of the files that mon let the core load, and the time of the object cache that
//                                            the core wrote then
//
// The core writes its object cache when it starts or reloads. While the cache has the recorded time, the digest decides. Without
// such a record, a file that was changed, renamed or replaced after the cache was written has not been loaded; nor has anything if
// the main file was.
#pragma once

#include <optional>
#include <string>

#include "mon/oconf/object_files.hpp"
#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon::oconf {

// False also if the main file does not name an object cache, or if it does not exist.
bool is_loaded(const Manifest& present);

// When the files were changed, if the core has not loaded them since. Empty: it has, or nobody can tell. Reads the contents
// of the files only if their times are newer than the object cache.
std::optional<WallTime> edited_at(const std::string& main_path);

// A start of the core: which files it loads. Made before the start.
class Loading {
 public:
  explicit Loading(const std::string& main_path);
  void done() const;  // the core runs with them; without effect if they have changed since

 private:
  std::string main_path_;
  std::string digest_;  // empty: the files could not be read
};

}  // namespace merlin::mon::oconf
