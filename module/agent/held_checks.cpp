#include "module/agent/held_checks.hpp"

#include <algorithm>

#include "shared/cluster/interface/mutants.hpp"
#include "shared/cluster/membership/liveness.hpp"

namespace merlin::neb {

std::optional<Millis> HeldChecks::wait(Index object, Now now) {
  const auto held = held_.find(object);
  if (held == held_.end() || cluster::kMutant == cluster::Mutant::waits_for_nobody) return std::nullopt;
  if (held->second.until <= now.steady) return held_.erase(held), std::nullopt;
  if (held->second.due == 0) held->second.due = now.wall.time_since_epoch().count() / 1000;
  return held->second.until - now.steady;
}

void HeldChecks::wait_for(Index object, const wire::InFlight& check, SteadyTime now) {
  Held& held = held_[object];
  held.until = now + std::min(Millis(check.wait_ms), timeout(object) + kResultAllowance);
  held.runner = check.runner;
}

Seconds HeldChecks::release(Index object) {
  const auto held = held_.find(object);
  if (held == held_.end()) return 0;
  const Seconds due = held->second.due;
  held_.erase(held);
  return due;
}

void HeldChecks::daemon_away(Millis away, SteadyTime now) {
  const SteadyTime back = now + std::min(away, cluster::kLongestAway) + kResultAllowance;
  for (auto& [object, held] : held_) {
    if (held.until > now) held.until = std::max(held.until, back);
  }
}

std::vector<wire::InFlight> HeldChecks::in_flight(const std::vector<Index>& released, SteadyTime now) const {
  std::vector<wire::InFlight> checks;
  if (running_.empty() && held_.empty()) return checks;
  for (Index object : released) {
    if (checks.size() == kMostInFlight) break;  // far more than a core runs at once
    Held last;
    if (runs_here(object)) last.until = now + std::max(timeout(object) - (now - running_.at(object)), Millis{0}) + kResultAllowance;
    const auto held = held_.find(object);
    if (held != held_.end() && held->second.until > last.until) last = held->second;
    const Millis wait = last.until - now;
    if (wait > Millis{0}) checks.push_back({objects_.key(object), static_cast<std::uint32_t>(wait.count()), last.runner});
  }
  return checks;
}

}  // namespace merlin::neb
