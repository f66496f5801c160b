// Edits of the merlin.conf on disk, in whichever of its files a node's block stands. Every edit is
// checked as a whole configuration before anything is written: a refused edit changes nothing.
// Blocks on disk, and up to lock_wait for another edit of the same file to end.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/edit.hpp"

namespace merlin::config {

inline constexpr std::chrono::seconds lock_wait{5};

struct EditResult {
  std::string file;              // which file was written; empty: none, it was so already
  std::optional<Config> config;  // what holds now; only when errors is empty
  std::vector<Error> errors;
  std::vector<Error> warnings;

  bool ok() const { return errors.empty(); }
};

// `path` is the main file. Settings are keys of a node's block, such as {"address", "10.0.0.2"}.
EditResult add_node(const std::string& path, NodeType type, const std::string& name, const Settings& settings);
EditResult remove_node(const std::string& path, const std::string& name);
// `tie` follows the new name, and so does the address of a node that has none of its own.
EditResult rename_node(const std::string& path, const std::string& name, const std::string& new_name);
// Sets each; a setting without a value takes its key away.
struct Change {
  std::string key;
  std::optional<std::string> value;
};
EditResult edit_node(const std::string& path, const std::string& name, const std::vector<Change>& changes);

}  // namespace merlin::config
