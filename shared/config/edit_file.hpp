// Edits merlin.conf on disk, in whichever of its files a node's block is. Every edit is checked as a whole configuration before anything
// is written: a rejected edit changes nothing. Blocks while the disk works, and up to lock_wait until another edit of the same file
// ends.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/config.hpp"
#include "shared/config/edit.hpp"

namespace merlin::config {

inline constexpr std::chrono::seconds kLockWait{5};

struct EditResult {
  std::string file;                // the last file that was written; empty: nothing had to be changed
  std::vector<std::string> files;  // remove_nodes: the file of each node, in the same order
  std::optional<Config> config;    // the configuration now in effect; only if errors is empty
  std::vector<Error> errors;
  std::vector<Error> warnings;

  bool ok() const { return errors.empty(); }
};

// `path` is the main file. Settings are keys of a node's block, such as {"address", "10.0.0.2"}.
EditResult add_node(const std::string& path, NodeType type, const std::string& name, const Settings& settings);
// All of them or, with an error, none: a configuration with only some of them removed may be invalid.
enum class Write { yes, no };  // no: only checks the edit
EditResult remove_nodes(const std::string& path, const std::vector<std::string>& names, Write write = Write::yes);
// `tie` gets the new name too, and so does the address of a node that has no address of its own.
EditResult rename_node(const std::string& path, const std::string& name, const std::string& new_name);
// Sets each key; a setting without a value removes its key.
struct Change {
  std::string key;
  std::optional<std::string> value;
};
EditResult edit_node(const std::string& path, const std::string& name, const std::vector<Change>& changes);
// The same for keys at the top of the file: each where it stands, a new one in the main file.
EditResult edit_top(const std::string& path, const std::vector<Change>& changes);

}  // namespace merlin::config
