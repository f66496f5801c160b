#include "node_settings.hpp"

#include <algorithm>
#include <iterator>

#include "watch_process.hpp"

namespace merlin::daemon {
namespace {

const std::string kAtNextStart = ": takes effect at the next start of merlind";

void add_node_changes(const config::Config& before, const config::Config& after, std::vector<std::string>& lines) {
  for (const config::NodeConfig& node : after.nodes) {
    const config::NodeConfig* old = before.find_node(node.name);
    const std::string what = std::string(config::type_name(node.type)) + " " + node.name;
    if (old == nullptr) {
      lines.push_back(what + " added");
    } else if (!(*old == node)) {
      lines.push_back(what + " changed");
    }
  }
  for (const config::NodeConfig& node : before.nodes) {
    if (after.find_node(node.name) == nullptr) lines.push_back(std::string(config::type_name(node.type)) + " " + node.name + " removed");
  }
}

// Everything but what is told of by a line of its own.
bool other_settings_differ(config::Config before, const config::Config& after) {
  before.nodes = after.nodes;
  before.listen_addresses = after.listen_addresses;
  before.port = after.port;
  before.cluster = after.cluster;
  before.node_name = after.node_name;
  before.ipc_socket = after.ipc_socket;
  before.daemon = after.daemon;
  before.log_level = after.log_level;
  before.log_file = after.log_file;
  before.use_syslog = after.use_syslog;
  return !(before == after);
}

}  // namespace

std::vector<config::NodeConfig> take_idle_nodes(config::Config& config) {
  const auto idle = std::stable_partition(config.nodes.begin(), config.nodes.end(),
                                          [](const config::NodeConfig& node) { return node.type == config::NodeType::peer; });
  std::vector<config::NodeConfig> taken(std::make_move_iterator(idle), std::make_move_iterator(config.nodes.end()));
  config.nodes.erase(idle, config.nodes.end());
  return taken;
}

cluster::Settings node_settings(const config::Config& config, const NodeBook& book, const NodeId& self) {
  cluster::Settings settings;
  settings.self = self;
  settings.name = config.node_name;
  settings.cluster = config.cluster;
  settings.pulse_interval = config.pulse_interval;
  settings.core_timeout = config.core_timeout;
  settings.busy_limit = config.busy_limit;
  settings.retention = config.daemon.backlog_max_age;
  settings.join_timeout = config.join_timeout;
  settings.weight = config.weight;
  settings.takeover_rate = config.takeover_rate.value_or(0);
  settings.notifies = config.module.notifies;
  settings.partition = config.partition == config::Partition::majority ? cluster::Partition::majority : cluster::Partition::every_side;
  settings.tie = config.tie;
  for (const config::NodeConfig& node : config.nodes) {
    settings.peers.push_back({book.id_of(node.name), node.name, node.weight, node.notifies});
  }
  return settings;
}

ConfigChanges config_changes(const config::Config& before, const config::Config& after) {
  ConfigChanges changes;
  auto& lines = changes.lines;
  add_node_changes(before, after, lines);
  changes.listening = before.listen_addresses != after.listen_addresses || before.port != after.port;
  changes.identity = before.cluster != after.cluster || before.node_name != after.node_name;
  changes.ipc_socket = before.ipc_socket != after.ipc_socket;
  changes.control_socket = before.daemon.control_socket != after.daemon.control_socket;
  changes.log = before.log_level != after.log_level || before.log_file != after.log_file || before.use_syslog != after.use_syslog;
  if (changes.listening) lines.push_back("address or port to listen on changed");
  if (changes.identity) lines.push_back("cluster or node_name changed: all links are made anew");
  if (changes.ipc_socket) lines.push_back("ipc_socket changed to " + after.ipc_socket);
  if (changes.control_socket) lines.push_back("control_socket changed to " + after.daemon.control_socket);
  if (changes.log) lines.push_back("log settings changed");
  if (before.daemon.user != after.daemon.user) lines.push_back("daemon { user }" + kAtNextStart);
  if (before.daemon.pidfile != after.daemon.pidfile) lines.push_back("daemon { pidfile }" + kAtNextStart);
  if (before.daemon.tls_dir != after.daemon.tls_dir) lines.push_back("daemon { tls_dir }" + kAtNextStart);
  if (before.daemon.state_dir != after.daemon.state_dir) lines.push_back("daemon { state_dir }" + kAtNextStart);
  if (wants_watch(after) && !wants_watch(before)) lines.push_back("what is pushed by itself" + kAtNextStart);
  if (other_settings_differ(before, after)) lines.push_back("settings changed");
  return changes;
}

}  // namespace merlin::daemon
