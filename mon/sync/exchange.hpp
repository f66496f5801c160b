// The messages between the two ends of a sync. Pure.
//
// Compare: the trees as JSON; the answer lists the differences of each. Put: one line of JSON (trees, what is sent of each, the
// command to run afterwards), then the concatenated contents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mon/sync/target.hpp"
#include "shared/base/result.hpp"

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
// `count` of them are expected.
Result<std::vector<Change>> unpack_changes(std::string_view text, std::size_t count);

// The same changes in several deliveries: each has files of at most so many bytes in total, or one larger file. Removals
// are in the last one.
std::vector<std::vector<Change>> parts_of(const std::vector<Tree>& trees, const std::vector<Change>& changes, std::uint64_t most_bytes);

std::string pack(const Delivery& delivery);
Result<Delivery> unpack(std::string_view bytes);

}  // namespace merlin::mon::sync
