#include "shared/config/key_table.hpp"

#include <algorithm>
#include <array>

#include "shared/config/key_lists.hpp"
#include "shared/config/nearest.hpp"
#include "shared/config/problems.hpp"

namespace merlin::config {
namespace {

std::vector<KeySpec> every_key() {
  std::vector<KeySpec> keys = top_keys();
  for (const auto& part : {program_keys(), node_keys()}) keys.insert(keys.end(), part.begin(), part.end());
  return keys;
}

constexpr std::array<BlockSpec, 11> kBlocks{{
    {Scope::module, Scope::top, "module", "", false, NodeType::peer, true, "The module inside the monitoring core."},
    {Scope::daemon, Scope::top, "daemon", "", false, NodeType::peer, true, "The daemon merlind."},
    {Scope::database, Scope::daemon, "database", "", false, NodeType::peer, false, "The report database."},
    {Scope::http, Scope::daemon, "http", "", false, NodeType::peer, false, "Metrics, health and a status page. Off unless a port is set."},
    {Scope::push_policy, Scope::daemon, "object_config", "", false, NodeType::peer, true,
     "How object configuration is copied to the other nodes."},
    {Scope::core, Scope::top, "core", "", false, NodeType::peer, true, "The monitoring core on this machine."},
    {Scope::node, Scope::top, "peer", "", true, NodeType::peer, true, "A node that monitors the same hosts."},
    {Scope::node, Scope::top, "poller", "slave", true, NodeType::poller, false, "A node that checks the hosts of some hostgroups for us."},
    {Scope::node, Scope::top, "master", "noc", true, NodeType::master, false, "A node for which we check the hosts of some hostgroups."},
    {Scope::node_push, Scope::node, "object_config", "", false, NodeType::peer, true, "How object configuration is copied to this node."},
    {Scope::sync, Scope::node, "sync", "", false, NodeType::peer, true,
     "Files and folders to copy to the node, one per line: SOURCE DEST, SOURCE = DEST, or one path that is used for both."},
}};

bool is_called(const KeySpec& spec, std::string_view name) {
  return spec.name == name || std::find(spec.aliases.begin(), spec.aliases.end(), name) != spec.aliases.end();
}

}  // namespace

std::span<const KeySpec> all_keys() {
  static const std::vector<KeySpec> kKeys = every_key();
  return kKeys;
}

std::span<const BlockSpec> all_blocks() { return kBlocks; }

const KeySpec* find_key(Scope scope, std::string_view name) {
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope == scope && is_called(spec, name)) return &spec;
  }
  return nullptr;
}

const BlockSpec* find_block(Scope parent, std::string_view name) {
  for (const BlockSpec& spec : kBlocks) {
    if (spec.parent == parent && !name.empty() && (spec.name == name || spec.old_name == name)) return &spec;
  }
  return nullptr;
}

std::vector<std::string_view> key_names(Scope scope) {
  std::vector<std::string_view> names;
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope != scope) continue;
    names.push_back(spec.name);
    names.insert(names.end(), spec.aliases.begin(), spec.aliases.end());
  }
  return names;
}

std::vector<std::string_view> block_names(Scope parent) {
  std::vector<std::string_view> names;
  for (const BlockSpec& spec : kBlocks) {
    if (spec.parent != parent) continue;
    names.push_back(spec.name);
    if (!spec.old_name.empty()) names.push_back(spec.old_name);
  }
  return names;
}

std::string_view scope_text(Scope scope) {
  switch (scope) {
    case Scope::top:
      return "the top of the file";
    case Scope::module:
      return "module { }";
    case Scope::daemon:
      return "daemon { }";
    case Scope::database:
      return "daemon { database { } }";
    case Scope::http:
      return "daemon { http { } }";
    case Scope::push_policy:
      return "daemon { object_config { } }";
    case Scope::core:
      return "core { }";
    case Scope::node:
      return "peer NAME { }";
    case Scope::node_push:
      return "peer NAME { object_config { } }";
    case Scope::sync:
      return "peer NAME { sync { } }";
  }
  return "";
}

Result<> check_node_setting(std::string_view key, std::string_view value) {
  const KeySpec* spec = find_key(Scope::node, key);
  if (spec == nullptr) {
    const std::optional<std::string_view> word = nearest(key, key_names(Scope::node));
    return Error{"unknown option " + quoted(key), "", word ? "did you mean '" + std::string(*word) + "'?" : ""};
  }
  const Result<Value> read = read_value(spec->rule, value);
  if (!read) return Error{std::string(key) + ": " + read.error().what, "", read.error().fix};
  return Ok{};
}

}  // namespace merlin::config
