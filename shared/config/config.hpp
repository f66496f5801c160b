// The model of merlin.conf: every setting with its type and its default. Plain values; a Config that
// came out of load.hpp has passed every check, so its readers check nothing again.
// The keys, their ranges and their help stand in key_table.hpp; a test holds the two together.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/time.hpp"

namespace merlin::config {

inline constexpr std::uint16_t default_port = 15551;
inline constexpr std::string_view default_path = "/etc/merlin/merlin.conf";
// `copies = all`: every node that knows the object runs its check.
inline constexpr std::uint32_t copies_all = std::numeric_limits<std::uint32_t>::max();

enum class Preset { lan, wan };
enum class Partition { every_side, majority };
enum class WhenIsolated { run, hold };
enum class ConfirmUnavailable { notify, hold };
enum class Perfdata { owner, all };
enum class NodeType { peer, poller, master };
enum class CoreType { automatic, nagios4, naemon };
enum class DatabaseType { sqlite, postgresql };
enum class AutoPush { no, push };

// "peer", "poller", "master".
std::string_view type_name(NodeType type);

// "FILE:LINE:COLUMN" of a block, for messages. Never makes two settings differ: a block that only
// moved in its file is the same block.
struct Where {
  std::string text;
  bool operator==(const Where&) const { return true; }
};

// `unix:PATH` or `HOST:PORT`. A path is absolute; a host is a name, an IPv4 or an IPv6 address without brackets.
struct Endpoint {
  std::string unix_path;  // empty: TCP
  std::string host;
  std::uint16_t port = 0;

  bool is_unix() const { return !unix_path.empty(); }
  std::string text() const;  // as it is written in merlin.conf, "[::1]:15551"
  bool operator==(const Endpoint&) const = default;
};

// Commands and places to push or fetch object configuration; empty: Merlin's own way.
struct ObjectConfig {
  std::optional<std::string> push;
  std::optional<std::string> fetch;
  std::optional<std::string> source;  // nodes only
  std::optional<std::string> dest;    // nodes only
  AutoPush automatic = AutoPush::no;  // daemon only
  bool operator==(const ObjectConfig&) const = default;
};

// One line of sync { }. Both paths are absolute and without "..".
struct SyncEntry {
  std::string source;
  std::string dest;  // equal to source where the line names only one
  bool operator==(const SyncEntry&) const = default;
};

struct Sync {
  std::vector<SyncEntry> entries;
  bool delete_extra = false;  // `delete = yes`: folders are mirrored
  bool watch = false;
  std::optional<std::string> restart;
  bool operator==(const Sync&) const = default;
};

// A peer, poller or master block: another node.
struct NodeConfig {
  NodeType type = NodeType::peer;
  std::string name;     // letters, digits, ". _ -"; unique, and never our own
  std::string address;  // host name, IPv4 or IPv6 without brackets; the name where none is given
  std::uint16_t port = default_port;
  std::vector<std::string> hostgroups;    // pollers only, and at least one there
  std::optional<std::uint32_t> weight;    // what this file says of that node; the node's own word wins
  bool connect = true;                    // no: we wait for it to connect to us
  bool takeover = true;                   // no: its hosts are not checked here when it is gone
  bool notifies = true;                   // no: it has no vote and tells nobody
  std::optional<Millis> data_timeout;     // unset: three of its pulse intervals
  std::vector<std::string> fingerprints;  // SHA-256 of trusted certificates, 64 lower-case hex digits each
  std::string ssh_user = "root";
  std::uint16_t ssh_port = 22;
  std::optional<std::string> ssh_key;     // path; unset: what ssh finds by itself
  std::optional<std::uint64_t> max_rate;  // bytes a second of bulk sync; unset: no limit
  ObjectConfig object_config;
  Sync sync;
  Where where;
  bool operator==(const NodeConfig&) const = default;
};

struct ModuleConfig {
  Endpoint daemon{"/run/merlin/merlind.sock", "", 0};  // unset: Config::ipc_socket
  LogLevel log_level = LogLevel::info;                 // unset: Config::log_level
  std::string log_file = "/var/log/merlin/module.log";
  bool notifies = true;
  // Where the two are linked by TLS: whom each of them trusts at the other end; digits as in NodeConfig.
  std::vector<std::string> fingerprints;
  bool operator==(const ModuleConfig&) const = default;
};

struct DatabaseConfig {
  bool enabled = true;
  DatabaseType type = DatabaseType::sqlite;
  std::string path = "/var/lib/merlin/reports.db";  // sqlite
  std::optional<std::string> conninfo;              // postgresql
  Millis keep = std::chrono::hours(24 * 365);
  bool operator==(const DatabaseConfig&) const = default;
};

struct HttpConfig {
  std::string address = "127.0.0.1";
  std::optional<std::uint16_t> port;  // unset: no HTTP at all
  bool operator==(const HttpConfig&) const = default;
};

struct DaemonConfig {
  std::string pidfile = "/run/merlin/merlind.pid";
  std::string user = "merlin";
  std::string control_socket = "/run/merlin/control.sock";
  std::string tls_dir = "/etc/merlin/tls";    // unset: the folder "tls" beside merlin.conf
  std::string state_dir = "/var/lib/merlin";  // unset: the folder of database.path
  Millis backlog_max_age = std::chrono::hours(24 * 7);
  std::uint64_t backlog_max_size = 1ULL << 30;  // bytes
  DatabaseConfig database;
  HttpConfig http;
  ObjectConfig object_config;
  bool operator==(const DaemonConfig&) const = default;
};

// Unset: found on the machine by whoever needs it.
struct CoreConfig {
  CoreType type = CoreType::automatic;
  std::optional<std::string> config;                        // path of nagios.cfg or naemon.cfg
  std::optional<std::string> binary;                        // path
  std::optional<std::string> restart, start, stop, verify;  // commands for a shell
  bool operator==(const CoreConfig&) const = default;
};

struct Config {
  std::string node_name;  // the host name where none is given
  std::string cluster = "merlin";
  std::vector<std::string> listen_addresses{"0.0.0.0", "::"};  // a machine without one of the families is not at fault
  std::uint16_t port = default_port;
  Preset preset = Preset::lan;

  Millis pulse_interval{1000};
  Millis core_timeout{5000};
  Millis busy_limit{5000};
  Millis start_hold{3000};
  Millis join_timeout{30000};
  Millis isolation_grace{10000};

  std::optional<std::uint32_t> weight;  // 0: standby; unset: what other nodes' files say, else 1
  std::uint32_t copies = 1;             // or copies_all
  std::uint32_t confirm = 1;
  ConfirmUnavailable confirm_unavailable = ConfirmUnavailable::notify;
  Partition partition = Partition::every_side;
  std::optional<std::string> tie;  // name of a node below, or node_name
  WhenIsolated when_isolated = WhenIsolated::run;
  std::optional<std::uint32_t> takeover_rate;  // checks a second; unset: four times the cluster's average
  Perfdata perfdata = Perfdata::owner;
  std::vector<std::string> blocked_hostgroups;  // `ipc_blocked_hostgroups`: another node takes their hosts

  LogLevel log_level = LogLevel::info;
  std::string log_file = "/var/log/merlin/merlind.log";  // the daemon's; or "stderr"
  bool use_syslog = false;
  std::string ipc_socket = "/run/merlin/merlind.sock";

  ModuleConfig module;
  DaemonConfig daemon;
  CoreConfig core;
  std::vector<NodeConfig> nodes;  // in the order of the file

  // The node of that name, or null. Valid until nodes changes.
  const NodeConfig* find_node(std::string_view name) const;
  bool operator==(const Config&) const = default;
};

}  // namespace merlin::config
