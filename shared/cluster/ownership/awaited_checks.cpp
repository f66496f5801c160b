#include "shared/cluster/ownership/awaited_checks.hpp"

#include <algorithm>

namespace merlin::cluster {

void AwaitedChecks::add(const wire::InFlight& check, SteadyTime now) {
  if (checks_.size() >= kMost && now - swept_ >= kSweepEvery) forget_expired(now);
  if (checks_.size() >= kMost && !checks_.contains(check.object)) return;
  checks_[check.object] = {check.runner, now + std::min(Millis{check.wait_ms}, kLongestWait)};
}

std::vector<wire::InFlight> AwaitedChecks::lost(const NodeId& runner, SteadyTime now) {
  forget_expired(now);
  std::vector<wire::InFlight> in_vain;
  for (const auto& [object, awaited] : checks_) {
    if (awaited.runner == runner) in_vain.push_back({object, 0, runner});
  }
  for (const wire::InFlight& check : in_vain) checks_.erase(check.object);
  return in_vain;
}

void AwaitedChecks::forget_expired(SteadyTime now) {
  swept_ = now;
  std::erase_if(checks_, [&](const auto& entry) { return now >= entry.second.until; });
}

}  // namespace merlin::cluster
