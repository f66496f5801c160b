// What one line of sync { } names here: a file, or a folder with all that is in it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "net/fd.hpp"

namespace merlin::mon::sync {

inline constexpr std::size_t most_items = 100'000;         // of one line
inline constexpr std::uint64_t largest_item = 256u << 20;  // bytes of one file

enum class Kind { file, folder, link };

struct Item {
  std::string path;  // below the tree's place; empty: itself
  Kind kind = Kind::file;
  unsigned mode = 0;  // with set-id bits
  std::string owner;  // name; digits where it has none
  std::string group;
  std::int64_t time_ns = 0;  // of the last change
  std::uint64_t size = 0;    // of a file
  std::string digest;        // of a file: SHA-256
  std::string link;          // of a link: where it leads
  bool operator==(const Item&) const = default;
};

struct Tree {
  std::string source;
  std::string dest;         // without a slash at its end
  bool is_folder = false;   // else it is one file
  bool is_mirror = false;   // what is not in `items` goes there
  std::vector<Item> items;  // by path, so that a folder stands before what is in it
};

// Reads all of it. Error, and nothing is sent: something is neither file, folder nor link, a link leads out of the
// folder, a name is no UTF-8, or it cannot be read.
Result<Tree> read_tree(const config::SyncEntry& entry, bool is_mirror);

// The content of a file of the tree, as it was when the tree was read. Error: it has changed since.
Result<std::string> read_item(const Tree& tree, const Item& item);

nlohmann::ordered_json document_of(const Tree& tree);
// Of another node: nothing in it leaves its place. Error: it is no tree.
Result<Tree> read_tree_document(const nlohmann::ordered_json& document);

// Whether a relative path has nothing in it that leaves its folder.
bool stays_inside(std::string_view path);

}  // namespace merlin::mon::sync
