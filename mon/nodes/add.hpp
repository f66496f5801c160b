// Adding a node to this node's merlin.conf.
#pragma once

#include "mon/cli/command.hpp"
#include "mon/nodes/editing.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

// Removes type= from the call's settings. Without it: poller.
Result<config::NodeType> take_type(Call& call);

// Whether the call, without type=, describes a new node: its settings are valid, and its name is free.
Result<> check_new_node(const Call& call, config::NodeType type, const Before& before);

// Adds it, prints that, and has merlind reload. Settings without a value are left out.
Outcome<int> add_here(const Call& call, config::NodeType type, const Before& before, Console& console);

// The text of merlin.conf with that node, checked as a whole. Nothing is written.
Result<config::Config> config_with_node(const Call& call, config::NodeType type);

}  // namespace merlin::mon
