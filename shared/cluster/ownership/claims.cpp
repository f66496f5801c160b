#include "shared/cluster/ownership/claims.hpp"

#include <algorithm>

namespace merlin::cluster {

void ClaimSet::add(Unit unit) {
  if (units_.insert(unit).second) exclusive_or_ ^= unit;
}

void ClaimSet::remove(Unit unit) {
  if (units_.erase(unit) > 0) exclusive_or_ ^= unit;
}

bool ClaimSet::apply(const wire::Claims& claims) {
  const bool follows = claims.instance == instance_ && claims.number == number_ + 1;
  const bool old = claims.instance == instance_ && claims.number < number_;  // over a longer route
  if (old) return true;
  const bool same = claims.instance == instance_ && claims.number == number_;
  if (!claims.whole && !follows && !same) return false;
  if (claims.whole) {
    units_.clear();
    exclusive_or_ = 0;
  }
  for (Unit unit : claims.removed) remove(unit);
  for (Unit unit : claims.added) add(unit);
  instance_ = claims.instance;
  number_ = claims.number;
  return true;
}

bool ClaimSet::agrees_with(const wire::Heartbeat& heartbeat) const {
  return heartbeat.instance == instance_ && heartbeat.claims_number == number_ && heartbeat.claims_count == count() &&
         heartbeat.claims_xor == exclusive_or_;
}

wire::Claims ClaimSet::change(const NodeId& self, std::uint64_t instance, const wire::CoreClaims& said) {
  wire::Claims difference;
  difference.node_id = self;
  difference.instance = instance_ = instance;
  if (said.whole) {
    const std::unordered_set<Unit> now{said.added.begin(), said.added.end()};
    for (Unit unit : units_) {
      if (!now.contains(unit)) difference.removed.push_back(unit);
    }
    std::sort(difference.removed.begin(), difference.removed.end());
  } else {
    std::copy_if(said.removed.begin(), said.removed.end(), std::back_inserter(difference.removed),
                 [&](Unit unit) { return contains(unit); });
  }
  std::copy_if(said.added.begin(), said.added.end(), std::back_inserter(difference.added), [&](Unit unit) { return !contains(unit); });
  for (Unit unit : difference.removed) remove(unit);
  for (Unit unit : difference.added) add(unit);
  if (!difference.added.empty() || !difference.removed.empty()) ++number_;
  difference.number = number_;
  return difference;
}

wire::Claims ClaimSet::whole(const NodeId& self, std::uint64_t instance) const {
  wire::Claims claims;
  claims.node_id = self;
  claims.instance = instance;
  claims.number = number_;
  claims.whole = true;
  claims.added.assign(units_.begin(), units_.end());
  std::sort(claims.added.begin(), claims.added.end());
  return claims;
}

std::vector<wire::Claims> ClaimSet::parts(wire::Claims claims, std::size_t units_a_part) {
  std::vector<wire::Claims> parts;
  if (claims.added.size() + claims.removed.size() <= units_a_part) {
    parts.push_back(std::move(claims));
    return parts;
  }
  const auto next = [&] {
    parts.push_back({claims.node_id, claims.instance, claims.number, claims.whole && parts.empty(), {}, {}});
    return &parts.back();
  };
  const auto put = [&](const std::vector<Unit>& units, std::vector<Unit> wire::Claims::*list) {
    for (std::size_t at = 0; at < units.size(); at += units_a_part) {
      const auto first = units.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = static_cast<std::ptrdiff_t>(std::min(units_a_part, units.size() - at));
      (next()->*list).assign(first, first + count);
    }
  };
  put(claims.removed, &wire::Claims::removed);
  put(claims.added, &wire::Claims::added);
  return parts;
}

}  // namespace merlin::cluster
