// `mon node add` and `mon node remove` with --everywhere: the same change on all peers, over ssh.
#pragma once

#include "mon/cli/command.hpp"

namespace merlin::mon {

inline constexpr Option kEverywhereOption{"--everywhere", "", "on all peers, over ssh"};

// Both can be repeated: what is done already is not done again, so that the same command finishes a change that failed on some nodes.
// If the arguments are wrong, or a node that was reached rejects the change, nothing is changed on any node; a node that is to be removed
// cannot prevent that, because it may be the broken one.
Outcome<int> add_everywhere(const Call& call, Console& console);
Outcome<int> remove_everywhere(const Call& call, Console& console);

}  // namespace merlin::mon
