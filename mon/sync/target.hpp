// A sync on its target node: finds the differences from a tree, and removes them.
//
// Each file is replaced in one step, with owner, mode and time from the other node. Links below a folder are never
// followed. Files that were not sent are left alone, unless the tree is a mirror.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "mon/sync/tree.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::sync {

// The differences from a tree, by path in it.
struct Change {
  std::set<std::string> content;     // missing, or with another content
  std::set<std::string> attributes;  // only owner, mode or time
  std::vector<std::string> surplus;  // to be removed from a mirror: the contents of a folder before the folder

  bool empty() const { return content.empty() && attributes.empty() && surplus.empty(); }
  bool operator==(const Change&) const = default;
};

// `tree` with its place after all links are followed, as that place may be a link itself.
Tree settled(Tree tree);

// Both take a settled tree. Error: there is a folder in place of a file, a file or link in place of a folder, or
// it cannot be read.
Result<Change> difference(const Tree& tree);

// `contents` are the sent files, by path. Error: everything before it is in place.
using Contents = std::map<std::string, std::string>;
Result<> make_equal(const Tree& tree, const Change& change, const Contents& contents);

}  // namespace merlin::mon::sync
