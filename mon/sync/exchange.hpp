// What the two ends of a sync say to each other. Pure.
//
// Compare: the trees as JSON; the answer names what differs from each. Put: one line of JSON (trees, what of each is sent, the
// command to run afterwards), then the contents behind each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "mon/sync/target.hpp"

namespace merlin::mon::sync {

struct Delivery {
  std::vector<Tree> trees;
  std::vector<Change> changes;     // of each tree
  std::vector<Contents> contents;  // of each tree
  std::string restart;             // for a shell; empty: none
};

std::string pack_trees(const std::vector<Tree>& trees);
Result<std::vector<Tree>> unpack_trees(std::string_view text);

std::string pack_changes(const std::vector<Change>& changes);
// `count` of them are wanted.
Result<std::vector<Change>> unpack_changes(std::string_view text, std::size_t count);

// The same changes, to be delivered one after the other: each has files of at most so many bytes, or one larger file. What
// is to be removed goes with the last.
std::vector<std::vector<Change>> parts_of(const std::vector<Tree>& trees, const std::vector<Change>& changes, std::uint64_t most_bytes);

std::string pack(const Delivery& delivery);
Result<Delivery> unpack(std::string_view bytes);

}  // namespace merlin::mon::sync
