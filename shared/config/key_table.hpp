// The one table of everything that may stand in merlin.conf: blocks and keys with their names, types,
// defaults and help. Parsing, checks, `mon`, merlin.conf.example and docs/configuration.md all follow it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/values.hpp"

namespace merlin::config {

enum class Scope { top, module, daemon, database, http, push_policy, core, node, node_push, sync };

// What a key's value is written to. `node` is there in the scopes node, node_push and sync.
struct Target {
  Config& config;
  NodeConfig* node = nullptr;
};

struct KeySpec {
  Scope scope = Scope::top;
  std::string_view name{};
  std::vector<std::string_view> aliases{};
  Rule rule{};
  std::string_view default_text{};      // what holds without the key; an example where `unset` is given
  std::string_view wan_default_text{};  // instead of it with `preset = wan`
  std::string_view unset{};             // what holds without the key where that is no constant; then nothing is applied
  bool in_effect = false;               // false: read, checked and kept, but nothing acts on it yet
  std::string_view help{};
  void (*apply)(Target& target, const Value& value) = nullptr;
};

struct BlockSpec {
  Scope scope = Scope::top;
  Scope parent = Scope::top;
  std::string_view name{};
  std::string_view old_name{};  // may be empty
  bool labelled = false;
  NodeType node_type = NodeType::peer;  // scope node only
  bool in_effect = false;               // false: nothing in it is
  std::string_view help{};
};

// In the order of the documents. They live as long as the program.
std::span<const KeySpec> all_keys();
std::span<const BlockSpec> all_blocks();

// By name or alias; null: not known there.
const KeySpec* find_key(Scope scope, std::string_view name);
const BlockSpec* find_block(Scope parent, std::string_view name);

// Keys that old installations have inside module { } or daemon { } and that stand at the top today: the
// key at the top, or null.
const KeySpec* find_moved_key(Scope scope, std::string_view name);

// Keys of old installations, accepted everywhere (or in that scope only) and without effect.
struct OldKey {
  std::string_view name;
  std::optional<Scope> scope;
};
std::span<const OldKey> old_keys();
bool is_old_key(Scope scope, std::string_view name);

// Every word that may stand in that place, aliases included, for nearest().
std::vector<std::string_view> key_names(Scope scope);
std::vector<std::string_view> block_names(Scope parent);

// How a scope is written, for messages: "daemon { database { } }"; "the top of the file".
std::string_view scope_text(Scope scope);

// Checks one setting of a node's block as `mon` takes it from its command line. Error: where is empty.
Result<> check_node_setting(std::string_view key, std::string_view value);

}  // namespace merlin::config
