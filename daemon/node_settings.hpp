// What cluster::Node is told of merlin.conf, and what a reload changes. Pure.
#pragma once

#include <string>
#include <vector>

#include "cluster/node.hpp"
#include "config/config.hpp"
#include "node_book.hpp"

namespace merlin::daemon {

// Takes the blocks out of `config` that nothing acts on yet, pollers and masters: nobody links with them, waits for them or
// takes them for peers. Loading has warned of them.
std::vector<config::NodeConfig> take_idle_nodes(config::Config& config);

cluster::Settings node_settings(const config::Config& config, const NodeBook& book, const NodeId& self);

struct ConfigChanges {
  std::vector<std::string> lines;  // for a person
  bool listening = false;          // address or port
  bool identity = false;           // what handshakes compare: all links are made anew
  bool ipc_socket = false;
  bool control_socket = false;
  bool log = false;
};

ConfigChanges config_changes(const config::Config& before, const config::Config& after);

}  // namespace merlin::daemon
