// Converts merlin.conf into settings of cluster::Node, and determines what a reload changes. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/node_book.hpp"
#include "shared/cluster/node/node.hpp"
#include "shared/config/changes.hpp"
#include "shared/config/config.hpp"

namespace merlin::daemon {

// Removes blocks that have no effect yet (pollers and masters) from `config`: no node links with them, waits for them or regards them as
// peers. Loading has already warned about them.
std::vector<config::NodeConfig> take_idle_nodes(config::Config& config);

cluster::Settings node_settings(const config::Config& config, const NodeBook& book, const NodeId& self);

struct ConfigChanges {
  config::Changes settings;
  std::vector<std::string> lines;  // for a person
};

ConfigChanges config_changes(const config::Config& before, const config::Config& after);

}  // namespace merlin::daemon
