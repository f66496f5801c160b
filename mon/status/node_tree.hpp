// The drawing of `mon node tree`.
#pragma once

#include <string>

#include "shared/config/config.hpp"

namespace merlin::mon {

// Lines of box characters if `utf8`, else of ASCII.
std::string draw_tree(const config::Config& config, bool utf8);

}  // namespace merlin::mon
