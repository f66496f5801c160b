// Problems, one line each, with the command that fixes it. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/control/status.hpp"

namespace merlin::daemon {

struct Problem {
  std::string text;
  // A command to type as shown ("mon …"; words in capitals must be replaced), a command for another node ("on NAME: mon …"), or advice in
  // words. Empty: the problem resolves itself, or there is no known fix.
  std::string fix;
  // For programs that know more about it: "core_not_connected"; usually empty.
  std::string kind{};

  bool operator==(const Problem&) const = default;
};

// The most urgent first: this node, then its links, then information from other nodes.
std::vector<Problem> find_problems(const Status& status, const std::vector<StatusNode>& nodes);

}  // namespace merlin::daemon
