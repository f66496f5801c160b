// For a host name that nobody knows: which ones may have been meant. Pure.
#pragma once

#include <string>
#include <vector>

#include "cluster/inventory.hpp"

namespace merlin::daemon {

inline constexpr std::size_t kMaxNearHosts = 3;

// Names that go on where `host` ends, then those with the fewest slips of the pen. `inventory` may be null.
std::vector<std::string> near_hosts(const cluster::Inventory* inventory, const std::string& host);

}  // namespace merlin::daemon
