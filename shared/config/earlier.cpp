#include "shared/config/earlier.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/base/text.hpp"

namespace merlin::config {
namespace {

constexpr std::string_view kJournal = "backlog_max_age and backlog_max_size in daemon { } limit what merlind keeps for nodes that are away";
constexpr std::string_view kJournalPlace = "merlind keeps this data in the folder state_dir of daemon { }";
constexpr std::string_view kCertificates = "nodes encrypt and identify themselves by certificates; mon cert push exchanges them";
constexpr std::string_view kEventTypes = "the module processes exactly the events that it needs";
constexpr std::string_view kNoDumps = "log_level = debug shows what the module and merlind exchange";
constexpr std::string_view kNoServer = "reports are stored in the file in path; conninfo names a PostgreSQL server";
constexpr std::string_view kAllReports = "the report database contains everything; enabled = no turns it off";
constexpr std::string_view kOwnCommits = "Merlin chooses when it commits";
constexpr std::string_view kOwnTimeouts = "mon has its own time limits for transfers";

constexpr std::array kOld{
    OldKey{"binlog_dir", {}, kJournalPlace},
    OldKey{"binlog_max_memory_size", {}, kJournal},
    OldKey{"binlog_max_file_size", {}, kJournal},
    OldKey{"binlog_persist", {}, "the data for nodes that are away is always on disk"},
    OldKey{"ipc_binlog", {}, kJournalPlace},
    OldKey{"ipc_binlog_dir", {}, kJournalPlace},
    OldKey{"ipc_backlog_dir", {}, kJournalPlace},
    OldKey{"ipc_debug_read", {}, kNoDumps},
    OldKey{"ipc_debug_write", {}, kNoDumps},
    OldKey{"ipc_reap_interval", {}, "the module reads messages as they arrive"},
    OldKey{"ipc_privatekey", {}, kCertificates},
    OldKey{"publickey", {}, kCertificates},
    OldKey{"encrypted", {}, "links between nodes are always encrypted"},
    OldKey{"encryption", {}, "links between nodes are always encrypted"},
    OldKey{"uuid", {}, kCertificates},
    OldKey{"ipc_uuid", {}, kCertificates},
    OldKey{"oconfsplit_dir", {}, "Merlin does not split the object configuration in the core"},
    OldKey{"event_mask", {}, kEventTypes},
    OldKey{"handle_events", {}, kEventTypes},
    OldKey{"ignore_events", {}, kEventTypes},
    OldKey{"auto_delete", {}, "a node stays configured until mon node remove"},
    OldKey{"max_sync_attempts", {}, "nodes synchronise until they agree"},
    OldKey{"fixed_srcport", {}, "a node is identified by its certificate, not by its source port"},
    OldKey{"accept_runcmd", {}, "Merlin runs no commands for other nodes; mon node ctrl runs one over ssh"},
    OldKey{"cluster_update", {}, "Merlin runs no command when the nodes' files differ"},
    OldKey{"cancel_threads", {}, "the module has no threads"},
    OldKey{"import_program", {}, "the module sends the state of the core itself"},
    OldKey{"track_current", {}, "merlind always keeps the current state"},
    OldKey{"merlin_user", {}, "user in daemon { } names the account of merlind"},
    OldKey{"mode", {}, "the peer, poller and master blocks determine a node's role"},
    OldKey{"fetch_name", {}, "a node is known by its node_name"},
    OldKey{"fetch_timeout", {}, kOwnTimeouts},
    OldKey{"push_timeout", {}, kOwnTimeouts},
    // The database block described a database server.
    OldKey{"name", Scope::database, kNoServer},
    OldKey{"database", Scope::database, kNoServer},
    OldKey{"user", Scope::database, kNoServer},
    OldKey{"username", Scope::database, kNoServer},
    OldKey{"pass", Scope::database, kNoServer},
    OldKey{"password", Scope::database, kNoServer},
    OldKey{"host", Scope::database, kNoServer},
    OldKey{"hostname", Scope::database, kNoServer},
    OldKey{"port", Scope::database, kNoServer},
    OldKey{"conn_str", Scope::database, kNoServer},
    OldKey{"db_database", Scope::database, kNoServer},
    OldKey{"db_user", Scope::database, kNoServer},
    OldKey{"db_pass", Scope::database, kNoServer},
    OldKey{"db_host", Scope::database, kNoServer},
    OldKey{"db_port", Scope::database, kNoServer},
    OldKey{"db_table", Scope::database, kNoServer},
    OldKey{"host_perfdata_table", Scope::database, "reports contain no performance data"},
    OldKey{"service_perfdata_table", Scope::database, "reports contain no performance data"},
    OldKey{"perfdata_table", Scope::database, "reports contain no performance data"},
    OldKey{"commit_interval", Scope::database, kOwnCommits},
    OldKey{"commit_queries", Scope::database, kOwnCommits},
    OldKey{"log_report_data", Scope::database, kAllReports},
    OldKey{"log_notification", Scope::database, kAllReports},
    OldKey{"log_notifications", Scope::database, kAllReports},
    OldKey{"logsql", Scope::database, "log_level = debug shows what merlind does"},
    OldKey{"track_current_status", Scope::database, "merlind always keeps the current state"},
};

constexpr std::array kMoved{
    std::pair{Scope::daemon, std::string_view("address")},        std::pair{Scope::daemon, std::string_view("port")},
    std::pair{Scope::daemon, std::string_view("log_level")},      std::pair{Scope::daemon, std::string_view("log_levels")},
    std::pair{Scope::daemon, std::string_view("log_file")},       std::pair{Scope::daemon, std::string_view("use_syslog")},
    std::pair{Scope::daemon, std::string_view("ipc_socket")},     std::pair{Scope::daemon, std::string_view("ipc_blocked_hostgroups")},
    std::pair{Scope::daemon, std::string_view("pulse_interval")}, std::pair{Scope::module, std::string_view("ipc_socket")},
    std::pair{Scope::module, std::string_view("use_syslog")},     std::pair{Scope::module, std::string_view("ipc_blocked_hostgroups")},
    std::pair{Scope::module, std::string_view("pulse_interval")}, std::pair{Scope::node_push, std::string_view("ssh_user")},
    std::pair{Scope::node_push, std::string_view("ssh_port")},    std::pair{Scope::node_push, std::string_view("ssh_key")},
};

// All keys that earlier versions accepted, under their current names.
constexpr std::array kKnownBefore{
    std::pair{Scope::top, std::string_view("address")},        std::pair{Scope::top, std::string_view("port")},
    std::pair{Scope::top, std::string_view("pulse_interval")}, std::pair{Scope::top, std::string_view("ipc_blocked_hostgroups")},
    std::pair{Scope::top, std::string_view("log_level")},      std::pair{Scope::top, std::string_view("log_file")},
    std::pair{Scope::top, std::string_view("use_syslog")},     std::pair{Scope::top, std::string_view("ipc_socket")},
    std::pair{Scope::module, std::string_view("log_level")},   std::pair{Scope::module, std::string_view("log_file")},
    std::pair{Scope::module, std::string_view("notifies")},    std::pair{Scope::daemon, std::string_view("pidfile")},
    std::pair{Scope::database, std::string_view("enabled")},   std::pair{Scope::database, std::string_view("type")},
    std::pair{Scope::push_policy, std::string_view("push")},   std::pair{Scope::push_policy, std::string_view("fetch")},
    std::pair{Scope::node, std::string_view("address")},       std::pair{Scope::node, std::string_view("port")},
    std::pair{Scope::node, std::string_view("connect")},       std::pair{Scope::node, std::string_view("data_timeout")},
    std::pair{Scope::node, std::string_view("hostgroup")},     std::pair{Scope::node, std::string_view("takeover")},
    std::pair{Scope::node, std::string_view("notifies")},      std::pair{Scope::node, std::string_view("ssh_user")},
    std::pair{Scope::node, std::string_view("ssh_port")},      std::pair{Scope::node, std::string_view("ssh_key")},
    std::pair{Scope::node_push, std::string_view("push")},     std::pair{Scope::node_push, std::string_view("fetch")},
    std::pair{Scope::node_push, std::string_view("source")},   std::pair{Scope::node_push, std::string_view("dest")},
    std::pair{Scope::sync, std::string_view("restart")},
};

constexpr std::array kAnyCase{std::string_view("takeover"), std::string_view("connect"), std::string_view("notifies"),
                              std::string_view("fixed_srcport")};

template <class Pairs>
bool contains(const Pairs& pairs, Scope scope, std::string_view name) {
  return std::find(pairs.begin(), pairs.end(), std::pair{scope, name}) != pairs.end();
}

}  // namespace

std::span<const OldKey> old_keys() { return kOld; }

const OldKey* find_old_key(Scope scope, std::string_view name) {
  const auto found =
      std::find_if(kOld.begin(), kOld.end(), [&](const OldKey& key) { return key.name == name && key.scope.value_or(scope) == scope; });
  return found == kOld.end() ? nullptr : &*found;
}

const char* old_block(Scope parent, std::string_view name) {
  if (parent == Scope::top && name.substr(0, 4) == "test") return "it was used only for tests of Merlin";
  if (parent == Scope::daemon && name == "import") return "the module sends the state of the core itself";
  return nullptr;
}

bool is_old_block(const BlockSpec& spec) { return spec.scope != Scope::http && spec.scope != Scope::core; }

bool ignored_unknown_keys(Scope scope) { return scope == Scope::database || scope == Scope::push_policy || scope == Scope::node_push; }

const KeySpec* find_moved_key(Scope scope, std::string_view name) {
  if (!contains(kMoved, scope, name)) return nullptr;
  return find_key(scope == Scope::node_push ? Scope::node : Scope::top, name);
}

std::span<const std::pair<Scope, std::string_view>> moved_keys() { return kMoved; }

bool may_repeat(const KeySpec& spec) { return contains(kKnownBefore, spec.scope, spec.name); }

std::string current_name(Scope scope, std::string_view name) {
  const std::string lower = lower_case(name);
  const bool known = scope == Scope::node && std::find(kAnyCase.begin(), kAnyCase.end(), lower) != kAnyCase.end();
  return known ? lower : std::string(name);
}

}  // namespace merlin::config
