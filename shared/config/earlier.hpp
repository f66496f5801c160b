// What a merlin.conf of earlier Merlin versions can contain that has no meaning today. Such a file still loads: each of these is accepted
// and reported once, with the reason.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/config/key_table.hpp"

namespace merlin::config {

// Without effect today.
struct OldKey {
  std::string_view name;
  std::optional<Scope> scope;  // unset: in every block
  std::string_view reason;
};

// In the order of the documentation.
std::span<const OldKey> old_keys();
const OldKey* find_old_key(Scope scope, std::string_view name);

// The reason why a block of earlier versions has no effect. Null: it is not such a block.
const char* old_block(Scope parent, std::string_view name);

// A block of earlier versions. They accepted it several times, with all blocks in effect, and with a word after its name.
bool is_old_block(const BlockSpec& spec);

// Whether earlier versions ignored every unknown key in this block.
bool ignored_unknown_keys(Scope scope);

// The current key for a key that earlier versions had in another block (`log_level` in daemon { }, `ssh_user` in a node's object_config {
// }), or null.
const KeySpec* find_moved_key(Scope scope, std::string_view name);
std::span<const std::pair<Scope, std::string_view>> moved_keys();

// Whether earlier versions accepted the key more than once: the last single value counts, lists are joined.
bool may_repeat(const KeySpec& spec);

// Earlier versions compared some keys of a node without regard to case. Returns the current spelling.
std::string current_name(Scope scope, std::string_view name);

// A value that earlier versions accepted and the key's current rule rejects or reads differently.
struct OldValue {
  std::optional<std::string> replacement;  // unset: the key counts as absent
  std::string meaning;                     // "is read as yes"
  std::string fix;
};
std::optional<OldValue> old_value(const KeySpec& spec, std::string_view text);

}  // namespace merlin::config
