// What is not as it should be, a line each, with the command that mends it. Pure.
#pragma once

#include <string>
#include <vector>

#include "status.hpp"

namespace merlin::daemon {

struct Problem {
  std::string text;
  // A command to type as it stands ("mon …", words in capitals are to be filled in), the same for another node
  // ("on NAME: mon …"), or what to do in words. Empty: it mends itself, or nobody can say.
  std::string fix;

  bool operator==(const Problem&) const = default;
};

// The most urgent first: this node, then its links, then what others say.
std::vector<Problem> find_problems(const Status& status, const std::vector<StatusNode>& nodes);

}  // namespace merlin::daemon
