// Files of another node that a push would change or remove there, although the node did not get them from here. Pure.
#pragma once

#include <string>
#include <vector>

#include "mon/oconf/object_files.hpp"
#include "mon/oconf/version.hpp"

namespace merlin::mon::oconf {

struct ForeignFiles {
  std::vector<std::string> changed;
  std::vector<std::string> removed;

  bool empty() const { return changed.empty() && removed.empty(); }
};

// A file came from here if one of `kept_here`, the versions that are kept here, has it with the same content, or if the other node's whole
// version is in our history. Resource files are not looked at: they are pushed only on request, and no version contains them.
ForeignFiles foreign_files(const std::vector<Manifest>& kept_here, const Lineage& ours, const Lineage& theirs, const Manifest& files_there,
                           const Difference& push);

}  // namespace merlin::mon::oconf
