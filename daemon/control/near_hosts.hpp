// Similar names for an unknown host name. Pure.
#pragma once

#include <string>
#include <vector>

#include "shared/cluster/ownership/inventory.hpp"

namespace merlin::daemon {

inline constexpr std::size_t kMaxNearHosts = 3;

// Names that start with `host`, then those with the fewest typing errors. `inventory` can be null.
std::vector<std::string> near_hosts(const cluster::Inventory* inventory, const std::string& host);

}  // namespace merlin::daemon
