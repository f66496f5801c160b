// What cluster::Node is told of merlin.conf, and what a reload changes. Pure.
#pragma once

#include <string>
#include <vector>

#include "cluster/node.hpp"
#include "config/config.hpp"
#include "node_book.hpp"

namespace merlin::daemon {

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
