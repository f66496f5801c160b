// Exchanges keys and certificates with other nodes.
#pragma once

#include <vector>

#include "mon/cli/command.hpp"
#include "mon/ssh/remote_nodes.hpp"

namespace merlin::mon {

struct Exchange {
  bool keys = false;           // ssh keys too, not only certificates
  bool is_push = false;        // sends ours and the whole trusted set; else fetches theirs
  bool is_restricted = false;  // our ssh key may run only what mon itself runs there
};

// With the chosen nodes in parallel; prints a line for each, and one for each failure. Returns the exit status.
Outcome<int> exchange(const Call& call, Console& console, const Exchange& kind);

// A node that a command is logged in to.
struct LoggedIn {
  config::NodeConfig node;
  ssh::Session session;
};

// The same with nodes that are logged in to; the sessions stay open. `config` is the merlin.conf in effect.
Outcome<int> exchange_with(const Call& call, Console& console, const Exchange& kind, const config::Config& config, Visitor& visitor,
                           std::vector<LoggedIn>& nodes);

}  // namespace merlin::mon
