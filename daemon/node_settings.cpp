#include "daemon/node_settings.hpp"

#include <algorithm>
#include <iterator>

#include "daemon/process/watch_process.hpp"

namespace merlin::daemon {
namespace {

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

cluster::Relation relation_of(config::NodeType type) {
  switch (type) {
    case config::NodeType::poller:
      return cluster::Relation::poller;
    case config::NodeType::master:
      return cluster::Relation::master;
    case config::NodeType::peer:
      break;
  }
  return cluster::Relation::peer;
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
    settings.peers.push_back({book.id_of(node.name), node.name, node.weight, node.notifies, relation_of(node.type)});
  }
  return settings;
}

ConfigChanges config_changes(const config::Config& before, const config::Config& after) {
  ConfigChanges changes{config::changes_between(before, after), {}};
  add_node_changes(before, after, changes.lines);
  for (const config::KeySpec* key : changes.settings.keys) changes.lines.push_back(config::change_text(*key));
  if (wants_watch(after) && !wants_watch(before)) changes.lines.push_back("automatic pushes: merlind starts them at its next start");
  if (changes.settings.others) changes.lines.emplace_back("settings changed");
  return changes;
}

}  // namespace merlin::daemon
