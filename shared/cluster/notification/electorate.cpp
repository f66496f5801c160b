#include "shared/cluster/notification/electorate.hpp"

#include <algorithm>
#include <cstddef>

namespace merlin::cluster {

bool Electorate::is_majority(const std::set<NodeId>& granted) const {
  const auto counts = [&](const NodeId& id) { return id == self ? self_votes : others.contains(id); };
  const std::size_t all = others.size() + (self_votes ? 1 : 0);
  const auto have = static_cast<std::size_t>(std::count_if(granted.begin(), granted.end(), counts));
  if (2 * have != all) return 2 * have > all;
  std::optional<NodeId> decides = tie;
  if (!decides && all > 2) decides = self_votes ? std::min(self, *others.begin()) : *others.begin();
  return decides && granted.contains(*decides) && counts(*decides);
}

}  // namespace merlin::cluster
