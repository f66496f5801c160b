#include "shared/cluster/node/core_session.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "shared/cluster/state/versions.hpp"

namespace merlin::cluster {

void CoreSession::connect(const wire::CoreHello& hello, SteadyTime now) {
  reset();
  connection_.is_up = true;
  connection_.hello = hello;
  connection_.since = now;
  connection_.loop = CoreLoop(now);
  disabled_.reset();
  starts_.connected(hello.pid, now);
}

void CoreSession::announce_end(std::optional<CoreDisabled> disabled) {
  connection_.has_announced_end = true;
  connection_.inventory.reset();
  if (disabled) disabled_ = std::move(disabled);
}

void CoreSession::lost(SteadyTime now) {
  connection_.is_up = false;
  connection_.inventory.reset();
  starts_.lost(connection_.has_announced_end, now);
}

bool CoreSession::add(wire::Inventory part) {
  const std::uint64_t digest = part.config_digest;
  InventoryPtr whole = connection_.assembler.add(std::move(part));
  if (!whole) return false;
  connection_.inventory = std::move(whole);
  connection_.config_digest = digest;
  return true;
}

std::uint64_t CoreSession::clock() const { return std::min(connection_.heartbeat.hlc, kGreatestClock); }

wire::Claims CoreSession::change_claims(const NodeId& self, std::uint64_t instance, const wire::CoreClaims& said) {
  return claims_.change(self, instance, said);
}

wire::Claims CoreSession::withdraw_claims(const NodeId& self, std::uint64_t instance) {
  wire::CoreClaims none;
  none.whole = true;
  return claims_.change(self, instance, none);
}

std::map<NodeId, std::vector<Unit>> CoreSession::take_released(const wire::CoreClaims& said) {
  const std::set<Unit> removed{said.removed.begin(), said.removed.end()};
  const bool is_answer = said.epoch == connection_.epochs.number();
  std::map<NodeId, std::vector<Unit>> released;
  for (auto promise = connection_.promised.begin(); promise != connection_.promised.end();) {
    const auto& [unit, to] = *promise;
    const bool is_released = removed.contains(unit) || (is_answer && !claims_.contains(unit));
    if (is_released) released[to].push_back(unit);
    promise = is_released ? connection_.promised.erase(promise) : std::next(promise);
  }
  return released;
}

}  // namespace merlin::cluster
