// Edits merlin.conf's text in place. Pure: text in, new text out. Comments, order, spacing, line ends and includes
// stay unchanged byte for byte; only the requested change is made. edit_file.hpp checks whether the result is
// valid.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::config {

// Names a block: {"module", ""}, {"peer", "peer02"}. For nodes `kind` can be empty: any type. Old and new words for a kind are equal (slave
// is poller, noc is master).
struct BlockName {
  std::string kind;
  std::string label;
};
// From the outermost block inwards; empty: outside all blocks. {{"", "peer02"}, {"object_config", ""}}
using BlockPath = std::vector<BlockName>;

using Settings = std::vector<std::pair<std::string, std::string>>;  // key, value

// Writes a value so that reading it gives exactly the same text. Error: it contains a line end or another control
// character.
Result<std::string> written_value(std::string_view value);

// A new block at the end of `parent`. Error: a block with this name exists.
Result<std::string> add_block(std::string_view text, const BlockPath& parent, const BlockName& block, const Settings& settings);

// Removes the block with its contents, and a blank line before it that would be left over.
Result<std::string> remove_block(std::string_view text, const BlockPath& block);

// Error: another node has this label.
Result<std::string> rename_block(std::string_view text, const BlockPath& block, std::string_view new_label);

// Replaces the value of the key (under any of its names), or adds a line after the block's last key.
Result<std::string> set_key(std::string_view text, const BlockPath& block, std::string_view key, std::string_view value);

// Removes the key's line. Error: the key is not set there.
Result<std::string> remove_key(std::string_view text, const BlockPath& block, std::string_view key);

}  // namespace merlin::config
