// Exchanging keys and certificates with other nodes.
#pragma once

#include "mon/command.hpp"

namespace merlin::mon {

struct Exchange {
  bool keys = false;     // ssh keys too, not certificates alone
  bool is_push = false;  // ours go there, and with them the whole trusted set; else theirs come here
};

// With the nodes that the call means, side by side; a line for each, and one for each failure. The exit status.
int exchange(const Call& call, Console& console, const Exchange& kind);

}  // namespace merlin::mon
