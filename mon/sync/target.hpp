// A sync on the node that it goes to: what differs from a tree, and making it equal.
//
// Each file is replaced in one step, with owner, mode and time of the other node's. Below a folder no link is ever gone
// through. What was not sent is left alone, but for a tree that is a mirror.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "mon/sync/tree.hpp"

namespace merlin::mon::sync {

// What differs from a tree, by path in it.
struct Change {
  std::set<std::string> content;     // missing, or with another content
  std::set<std::string> attributes;  // only owner, mode or time
  std::vector<std::string> surplus;  // in a mirror, to be removed: what is in a folder before it

  bool empty() const { return content.empty() && attributes.empty() && surplus.empty(); }
  bool operator==(const Change&) const = default;
};

// `tree` with its place as it is once links are followed: that one may be a link itself.
Tree settled(Tree tree);

// Both take a tree that is settled. Error: a folder stands where a file is sent, a file or link where a folder is, or
// it cannot be read.
Result<Change> difference(const Tree& tree);

// `contents` is what was sent, by path. Error: what came before it is in place.
using Contents = std::map<std::string, std::string>;
Result<> make_equal(const Tree& tree, const Change& change, const Contents& contents);

}  // namespace merlin::mon::sync
