// Edits of merlin.conf's text in place. Pure: text in, new text out. Comments, order, spacing, line ends
// and includes stay byte for byte; only what was asked for changes. Nothing here looks at whether the
// result is a good configuration: edit_file.hpp does.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace merlin::config {

// Names a block: {"module", ""}, {"peer", "peer02"}. For nodes `kind` may be empty: whatever its type.
// Old and new words for a kind are one (slave is poller, noc is master).
struct BlockName {
  std::string kind;
  std::string label;
};
// From the outside in; empty is the top of the file. {{"", "peer02"}, {"object_config", ""}}
using BlockPath = std::vector<BlockName>;

using Settings = std::vector<std::pair<std::string, std::string>>;  // key, value

// How a value must be written so that it is read as the very same text. Error: it has a line end or
// another control character.
Result<std::string> written_value(std::string_view value);

// A new block inside `parent`, at its end. Error: there is one of that name already.
Result<std::string> add_block(std::string_view text, const BlockPath& parent, const BlockName& block, const Settings& settings);

// The block with everything in it, and a blank line before it where one would be left over.
Result<std::string> remove_block(std::string_view text, const BlockPath& block);

// Error: another node has that label.
Result<std::string> rename_block(std::string_view text, const BlockPath& block, std::string_view new_label);

// Replaces the value where the key stands (by any of its names), else adds a line behind the block's last key.
Result<std::string> set_key(std::string_view text, const BlockPath& block, std::string_view key, std::string_view value);

// Takes the key's line away. Error: it is not set there.
Result<std::string> remove_key(std::string_view text, const BlockPath& block, std::string_view key);

}  // namespace merlin::config
