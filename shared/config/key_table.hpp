// The table of everything that merlin.conf can contain: blocks and keys with their names, types, defaults and help texts. Parser, checks,
// `mon`, merlin.conf.example and docs/configuration.md are based on it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "shared/config/config.hpp"
#include "shared/config/values.hpp"

namespace merlin::config {

enum class Scope { top, module, daemon, database, http, push_policy, core, node, node_push, sync };

// What a reload of merlind does about a changed value.
enum class Effect {
  at_once,         // merlind applies it
  links,           // handshakes compare it: all links are established again
  listening,       // merlind listens anew
  ipc_socket,      // merlind opens it anew
  control_socket,  // the same
  log,             // merlind opens its log anew
  start,           // nothing until merlind starts again
  core,            // nothing; the module reads it when the core reloads
};

// Where a key's value is written. `node` is set in the scopes node, node_push and sync.
struct Target {
  Config& config;
  NodeConfig* node = nullptr;
};

struct KeySpec {
  Scope scope = Scope::top;
  std::string_view name{};
  std::vector<std::string_view> aliases{};
  Rule rule{};
  std::string_view default_text{};      // the value without the key; an example if `unset` is given
  std::string_view wan_default_text{};  // replaces it with `preset = wan`
  std::string_view unset{};             // describes a default that is not a constant; then nothing is applied
  bool in_effect = false;               // false: read, checked and stored, but without effect yet
  std::string_view help{};
  void (*apply)(Target& target, const Value& value) = nullptr;
  Effect effect = Effect::at_once;
  void (*carry)(const Config& from, Config& to) = nullptr;  // copies the value; null: its changes are not reported one by one
};

struct BlockSpec {
  Scope scope = Scope::top;
  Scope parent = Scope::top;
  std::string_view name{};
  std::string_view old_name{};  // can be empty
  bool labelled = false;
  NodeType node_type = NodeType::peer;  // scope node only
  bool in_effect = false;               // false: none of its keys is
  std::string_view help{};
};

// In the order of the documentation. Valid as long as the program runs.
std::span<const KeySpec> all_keys();
std::span<const BlockSpec> all_blocks();

// By name or alias. Null: unknown there.
const KeySpec* find_key(Scope scope, std::string_view name);
const BlockSpec* find_block(Scope parent, std::string_view name);

// Every word that is allowed in this place, including aliases, for nearest().
std::vector<std::string_view> key_names(Scope scope);
std::vector<std::string_view> block_names(Scope parent);

// How messages name a scope: "daemon { database { } }"; "the top of the file".
std::string_view scope_text(Scope scope);

// Checks one setting of a node's block from the command line of `mon`. Error: `where` is empty.
Result<> check_node_setting(std::string_view key, std::string_view value);

}  // namespace merlin::config
