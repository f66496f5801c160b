// The model of merlin.conf: every setting with its type and default. Plain values. A Config from load.hpp has passed every
// check, so its users check nothing again. key_table.hpp contains the keys, their ranges and their help texts; a test compares
// the two.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/log.hpp"
#include "shared/base/time.hpp"

namespace merlin::config {

inline constexpr std::uint16_t kDefaultPort = 15551;
inline constexpr std::string_view kDefaultPath = "/etc/merlin/merlin.conf";
// `copies = all`: every node that has the object configured runs its check.
inline constexpr std::uint32_t kCopiesAll = std::numeric_limits<std::uint32_t>::max();

enum class Preset { lan, wan };
enum class Partition { every_side, majority };
enum class WhenIsolated { run, hold };
enum class ConfirmUnavailable { notify, hold };
enum class Perfdata { owner, all };
enum class LogNotifications { all, own };
enum class NodeType { peer, poller, master };
enum class CoreType { automatic, nagios4, naemon };
enum class DatabaseType { sqlite, postgresql };
enum class AutoPush { no, push };

// "peer", "poller", "master".
std::string_view type_name(NodeType type);

// "FILE:LINE:COLUMN" of a block, for messages. Ignored in comparisons: a block that only moved in its file is the same
// block.
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
  std::string text() const;  // as written in merlin.conf, "[::1]:15551"
  bool operator==(const Endpoint&) const = default;
};

// Commands and paths for pushing and fetching object configuration. Empty: Merlin's own commands.
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
  std::string dest;  // equal to source if the line has only one path
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
  std::string address;  // host name, IPv4 or IPv6 without brackets; default: the name
  std::uint16_t port = kDefaultPort;
  std::vector<std::string> hostgroups;    // pollers only; a poller has at least one
  std::optional<std::uint32_t> weight;    // according to this file; the weight in the node's own file has precedence
  bool connect = true;                    // no: we wait until it connects to us
  bool takeover = true;                   // no: we do not check its hosts when it is inactive
  bool notifies = true;                   // no: it has no vote and does not notify
  std::optional<Millis> data_timeout;     // unset: three of its pulse intervals
  std::vector<std::string> fingerprints;  // SHA-256 of trusted certificates, 64 lower-case hex digits each
  std::string ssh_user = "root";
  std::uint16_t ssh_port = 22;
  std::optional<std::string> ssh_key;     // path; unset: the keys that ssh uses
  std::optional<std::string> hostkey;     // fingerprint of the ssh server's key, for the first login; unset: the user is asked
  std::optional<std::uint64_t> max_rate;  // bytes per second of bulk synchronisation; unset: no limit
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
  // If the two are linked by TLS: the fingerprints that each trusts; digits as in NodeConfig.
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
  std::optional<std::uint16_t> port;  // unset: no HTTP server
  bool operator==(const HttpConfig&) const = default;
};

struct DaemonConfig {
  std::string pidfile = "/run/merlin/merlind.pid";
  std::string user = "merlin";
  std::string control_socket = "/run/merlin/control.sock";
  std::string tls_dir = "/etc/merlin/tls";  // unset: the folder "tls" beside merlin.conf
  std::string state_dir = "/var/lib/merlin";
  Millis backlog_max_age = std::chrono::hours(24 * 7);
  std::uint64_t backlog_max_size = 1ULL << 30;  // bytes
  DatabaseConfig database;
  HttpConfig http;
  ObjectConfig object_config;
  bool operator==(const DaemonConfig&) const = default;
};

// Unset: detected by the code that needs it.
struct CoreConfig {
  CoreType type = CoreType::automatic;
  std::optional<std::string> config;                        // path of nagios.cfg or naemon.cfg
  std::optional<std::string> binary;                        // path
  std::optional<std::string> restart, start, stop, verify;  // commands for a shell
  bool operator==(const CoreConfig&) const = default;
};

struct Config {
  std::string node_name;  // default: the host name
  std::string cluster = "merlin";
  std::vector<std::string> listen_addresses{"0.0.0.0", "::"};  // it is no error if the machine lacks one of the families
  std::uint16_t port = kDefaultPort;
  Preset preset = Preset::lan;

  Millis pulse_interval{1000};
  Millis core_timeout{5000};
  Millis busy_limit{5000};
  Millis start_hold{3000};
  Millis join_timeout{30000};
  Millis isolation_grace{10000};

  std::optional<std::uint32_t> weight;  // 0: standby; unset: the weight in other nodes' files, otherwise 1
  std::uint32_t copies = 1;             // or copies_all
  std::uint32_t confirm = 1;
  ConfirmUnavailable confirm_unavailable = ConfirmUnavailable::notify;
  Partition partition = Partition::every_side;
  std::optional<std::string> tie;  // name of a node below, or node_name
  WhenIsolated when_isolated = WhenIsolated::run;
  std::optional<std::uint32_t> takeover_rate;  // checks per second; unset: four times the cluster's average
  Perfdata perfdata = Perfdata::owner;
  LogNotifications log_notifications = LogNotifications::all;
  std::vector<std::string> blocked_hostgroups;  // `ipc_blocked_hostgroups`: other nodes check their hosts

  LogLevel log_level = LogLevel::info;
  std::string log_file = "/var/log/merlin/merlind.log";  // the daemon's; or "stderr"
  bool use_syslog = false;
  std::string ipc_socket = "/run/merlin/merlind.sock";

  ModuleConfig module;
  DaemonConfig daemon;
  CoreConfig core;
  std::vector<NodeConfig> nodes;  // in the order of the file

  // The node with this name, or null. Valid until nodes changes.
  const NodeConfig* find_node(std::string_view name) const;
  bool operator==(const Config&) const = default;
};

}  // namespace merlin::config
