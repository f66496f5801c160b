// How merlin.conf configures an automatic push of the object configuration: which commands, to which nodes. Pure.
#pragma once

#include <string>
#include <vector>

#include "shared/config/config.hpp"

namespace merlin::mon::oconf {

using Words = std::vector<std::string>;  // a program and its arguments

// The commands that push to the nodes `names`. `own` is mon's own push without names. `push` of a node's object_config { }
// has precedence over that of daemon { object_config { } }, and that over `own`. Each of them is a command, or `no`
// (no push), or `yes` (mon's own push).
std::vector<Words> push_commands(const config::Config& config, const std::vector<std::string>& names, const Words& own);

}  // namespace merlin::mon::oconf
