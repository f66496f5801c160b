// What one line of sync { } names here: a file, or a folder with its contents.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/config.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon::sync {

inline constexpr int kDeepest = 64;                        // nested folders
inline constexpr std::size_t kMostItems = 100'000;         // per line
inline constexpr std::uint64_t kLargestItem = 256u << 20;  // bytes of one file

enum class Kind { file, folder, link };

struct Item {
  std::string path;  // relative to the tree's place; empty: the place itself
  Kind kind = Kind::file;
  unsigned mode = 0;  // with set-id bits
  std::string owner;  // name; a number if it has none
  std::string group;
  std::int64_t time_ns = 0;  // of the last change
  std::uint64_t size = 0;    // of a file
  std::string digest;        // of a file: SHA-256
  std::string link;          // of a link: its target
  bool operator==(const Item&) const = default;
};

struct Tree {
  std::string source;
  std::string dest;         // without a trailing slash
  bool is_folder = false;   // else it is one file
  bool is_mirror = false;   // files there that are not in `items` are removed
  std::vector<Item> items;  // by path, so that a folder precedes its contents
};

// Reads all of it. Error, and nothing is sent: an item is neither file, folder nor link, a link leads out of the
// folder, a name is not UTF-8, or something cannot be read.
Result<Tree> read_tree(const config::SyncEntry& entry, bool is_mirror);

// The content of a file of the tree, unchanged since the tree was read. Error: it has changed.
Result<std::string> read_item(const Tree& tree, const Item& item);

nlohmann::ordered_json document_of(const Tree& tree);
// A tree from another node: nothing in it leaves its place. Error: it is not a valid tree.
Result<Tree> read_tree_document(const nlohmann::ordered_json& document);

// Whether a relative path stays inside its folder.
bool stays_inside(std::string_view path);

}  // namespace merlin::mon::sync
