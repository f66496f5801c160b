#include "daemon/control/near_hosts.hpp"

#include <algorithm>
#include <string_view>

#include "shared/config/nearest.hpp"

namespace merlin::daemon {

std::vector<std::string> near_hosts(const cluster::Inventory* inventory, const std::string& host) {
  std::vector<std::string> found;
  if (inventory == nullptr || host.empty()) return found;
  const std::size_t slips = host.size() / 3 + 1;
  std::vector<std::string_view> candidates;
  for (const cluster::KnownHost& known : inventory->hosts()) {
    const std::string_view name = known.name;
    if (found.size() < kMaxNearHosts && name.starts_with(host)) {
      found.emplace_back(name);
    } else if (name.size() <= host.size() + slips && host.size() <= name.size() + slips) {
      candidates.push_back(name);
    }
  }
  while (found.size() < kMaxNearHosts) {
    const auto nearest = config::nearest(host, candidates);
    if (!nearest) break;
    found.emplace_back(*nearest);
    std::erase(candidates, *nearest);
  }
  return found;
}

}  // namespace merlin::daemon
