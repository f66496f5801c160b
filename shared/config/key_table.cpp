#include "config/key_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "config/key_lists.hpp"
#include "config/nearest.hpp"
#include "config/problems.hpp"

namespace merlin::config {
namespace {

std::vector<KeySpec> every_key() {
  std::vector<KeySpec> keys = top_keys();
  for (const auto& part : {program_keys(), node_keys()}) keys.insert(keys.end(), part.begin(), part.end());
  return keys;
}

constexpr std::array<BlockSpec, 11> blocks{{
    {Scope::module, Scope::top, "module", "", false, NodeType::peer, true, "The module inside the monitoring core."},
    {Scope::daemon, Scope::top, "daemon", "", false, NodeType::peer, true, "The daemon merlind."},
    {Scope::database, Scope::daemon, "database", "", false, NodeType::peer, false, "The report database."},
    {Scope::http, Scope::daemon, "http", "", false, NodeType::peer, false, "Metrics, health and a status page; off unless a port is set."},
    {Scope::push_policy, Scope::daemon, "object_config", "", false, NodeType::peer, true,
     "How object configuration is given to the other nodes."},
    {Scope::core, Scope::top, "core", "", false, NodeType::peer, true, "The monitoring core on this machine."},
    {Scope::node, Scope::top, "peer", "", true, NodeType::peer, true, "A node that shares our hosts with us."},
    {Scope::node, Scope::top, "poller", "slave", true, NodeType::poller, false, "A node that checks some hostgroups for us."},
    {Scope::node, Scope::top, "master", "noc", true, NodeType::master, false, "A node that we check hostgroups for."},
    {Scope::node_push, Scope::node, "object_config", "", false, NodeType::peer, true, "How object configuration is given to this node."},
    {Scope::sync, Scope::node, "sync", "", false, NodeType::peer, true,
     "Files and folders to keep equal there, one a line: SOURCE DEST, SOURCE = DEST, or one path for the same place there."},
}};

constexpr std::array<OldKey, 28> old{{
    {"binlog_dir", {}},
    {"binlog_max_memory_size", {}},
    {"binlog_max_file_size", {}},
    {"binlog_persist", {}},
    {"ipc_privatekey", {}},
    {"publickey", {}},
    {"encrypted", {}},
    {"uuid", {}},
    {"ipc_uuid", {}},
    {"oconfsplit_dir", {}},
    {"event_mask", {}},
    {"handle_events", {}},
    {"ignore_events", {}},
    {"auto_delete", {}},
    {"max_sync_attempts", {}},
    {"fixed_srcport", {}},
    {"import_program", {}},
    {"track_current", {}},
    // The database block of old installations named a MySQL server.
    {"name", Scope::database},
    {"user", Scope::database},
    {"pass", Scope::database},
    {"host", Scope::database},
    {"port", Scope::database},
    {"conn_str", Scope::database},
    {"commit_interval", Scope::database},
    {"log_report_data", Scope::database},
    {"log_notifications", Scope::database},
    {"track_current_status", Scope::database},
}};

constexpr std::array<std::pair<Scope, std::string_view>, 9> moved{{
    {Scope::daemon, "address"},
    {Scope::daemon, "port"},
    {Scope::daemon, "log_level"},
    {Scope::daemon, "log_file"},
    {Scope::daemon, "use_syslog"},
    {Scope::daemon, "ipc_socket"},
    {Scope::module, "ipc_socket"},
    {Scope::module, "use_syslog"},
    {Scope::module, "ipc_blocked_hostgroups"},
}};

bool is_called(const KeySpec& spec, std::string_view name) {
  return spec.name == name || std::find(spec.aliases.begin(), spec.aliases.end(), name) != spec.aliases.end();
}

}  // namespace

std::span<const KeySpec> all_keys() {
  static const std::vector<KeySpec> keys = every_key();
  return keys;
}

std::span<const BlockSpec> all_blocks() { return blocks; }

const KeySpec* find_key(Scope scope, std::string_view name) {
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope == scope && is_called(spec, name)) return &spec;
  }
  return nullptr;
}

const BlockSpec* find_block(Scope parent, std::string_view name) {
  for (const BlockSpec& spec : blocks) {
    if (spec.parent == parent && !name.empty() && (spec.name == name || spec.old_name == name)) return &spec;
  }
  return nullptr;
}

const KeySpec* find_moved_key(Scope scope, std::string_view name) {
  const auto found = std::find(moved.begin(), moved.end(), std::pair{scope, name});
  return found == moved.end() ? nullptr : find_key(Scope::top, name);
}

std::span<const OldKey> old_keys() { return old; }

bool is_old_key(Scope scope, std::string_view name) {
  return std::any_of(old.begin(), old.end(), [&](const OldKey& key) { return key.name == name && key.scope.value_or(scope) == scope; });
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
  for (const BlockSpec& spec : blocks) {
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
