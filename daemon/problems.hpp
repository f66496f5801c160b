// What is not as it should be, a line each, with the command that mends it. Pure.
#pragma once

#include <string>
#include <vector>

#include "status.hpp"

namespace merlin::daemon {

struct Problem {
  std::string text;
  std::string fix;  // a command, or what to do; empty: it mends itself, or nobody can say

  bool operator==(const Problem&) const = default;
};

// The most urgent first: this node, then its links, then what others say.
std::vector<Problem> find_problems(const Status& status, const std::vector<StatusNode>& nodes);

}  // namespace merlin::daemon
