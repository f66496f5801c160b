#include "shared/cluster/ownership/ownership.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "shared/cluster/interface/mutants.hpp"

namespace merlin::cluster {
namespace {

// Beyond this number, the caches are cleared: they may belong to nodes that left long ago.
constexpr std::size_t kMaxCachedNodes = 64;

void look_at(std::optional<SteadyTime>& earliest, SteadyTime when) {
  if (!earliest || when < *earliest) earliest = when;
}

bool knows(const Contender& contender, Unit unit, bool lone) {
  if (!contender.inventory) return false;
  return lone ? contender.inventory->knows_service(unit) : contender.inventory->knows_host(unit);
}

// For Mutant::modulo only.
bool before_by_modulo(const NodeId& one, const NodeId& self, const std::vector<Contender>& others, HostKey host) {
  const auto draw = [&](const NodeId& id) {
    const auto smaller = std::count_if(others.begin(), others.end(), [&](const Contender& other) { return other.id < id; });
    return modulo_draw(host, static_cast<std::size_t>(smaller) + (self < id ? 1 : 0), others.size() + 1);
  };
  return draw(one) > draw(self);
}

bool claims(const Contender& contender, Unit unit) { return contender.claims != nullptr && contender.claims->contains(unit); }

}  // namespace

void Ownership::set_inventory(InventoryPtr inventory) {
  inventory_ = std::move(inventory);
  draws_.clear();
  unknown_to_.clear();
  host_index_.clear();
  waits_.clear();
  if (!inventory_) return;
  for (std::size_t i = 0; i < inventory_->hosts().size(); ++i) host_index_.emplace(inventory_->hosts()[i].key, i);
}

const std::vector<std::uint64_t>& Ownership::draws(const NodeId& node, std::uint32_t weight) {
  const auto found = draws_.find({node, weight});
  if (found != draws_.end()) return found->second;
  if (draws_.size() >= kMaxCachedNodes) draws_.clear();
  std::vector<std::uint64_t>& fresh = draws_[{node, weight}];
  fresh.reserve(inventory_->hosts().size());
  for (const KnownHost& host : inventory_->hosts()) fresh.push_back(best_draw(node, weight, host.name));
  return fresh;
}

const std::vector<std::pair<std::size_t, ServiceKey>>& Ownership::services_unknown_to(const InventoryPtr& other) {
  const auto found = unknown_to_.find(other);
  if (found != unknown_to_.end()) return found->second;
  if (unknown_to_.size() >= kMaxCachedNodes) unknown_to_.clear();
  std::vector<std::pair<std::size_t, ServiceKey>>& unknown = unknown_to_[other];
  for (std::size_t i = 0; i < inventory_->hosts().size(); ++i) {
    const KnownHost& host = inventory_->hosts()[i];
    if (!other->knows_host(host.key)) continue;
    for (const KnownService& service : host.services) {
      if (!other->knows_service(service.key)) unknown.emplace_back(i, service.key);
    }
  }
  return unknown;
}

Candidate Ownership::candidate(const Contender& contender, std::size_t host_index) {
  return {contender.id, draws(contender.id, contender.weight)[host_index], contender.weight, contender.phase};
}

Ownership::Seen Ownership::look(std::size_t host_index, Unit unit, bool lone, const Contender& self, const std::vector<Contender>& others) {
  Seen seen;
  const Candidate own = candidate(self, host_index);
  for (const Contender& other : others) {
    const bool claimed = claims(other, unit);
    if (!claimed && !knows(other, unit, lone)) continue;  // a node that claims the unit knows it, even if its inventory has not arrived yet
    const bool before = kMutant == Mutant::modulo ? before_by_modulo(other.id, self.id, others, inventory_->hosts()[host_index].key)
                                                  : stands_before(candidate(other, host_index), own);
    if (before && claimed) seen.before_claims = true;
    // A node that announced an absence does not claim it soon; all nodes that wait for it would claim the unit at the same moment.
    if (before && !claimed && !other.excused_until) seen.before_exists = true;
    if (!before && claimed && seen.after_claims == nullptr) seen.after_claims = &other;
  }
  return seen;
}

void Ownership::take(Unit unit, Decision& decision) {
  running_.insert(unit);
  decision.take.push_back(unit);
}

void Ownership::drop(Unit unit, Decision& decision) {
  if (running_.erase(unit) > 0) decision.drop.push_back(unit);
}

Ownership::Wait& Ownership::wait_for(Unit unit, SteadyTime now) {
  Wait& wait = waits_.try_emplace(unit, Wait{now, std::nullopt, std::nullopt, {}, 0}).first->second;
  // The reason for waiting had ended in between, and the other node may have dropped our want.
  if (wait.round + 1 != round_) wait.wanted.reset();
  wait.round = round_;
  return wait;
}

void Ownership::decide_unit(Unit unit, const Seen& seen, SteadyTime now, Decision& decision) {
  if (kMutant == Mutant::local_weights && (seen.before_exists || seen.before_claims)) return drop(unit, decision);
  if (seen.before_claims) return drop(unit, decision);
  if (running_.contains(unit)) return;
  if (const auto promise = promised_.find(unit); promise != promised_.end()) {
    if (now < promise->second.until) return look_at(decision.look_again, promise->second.until);
    promised_.erase(promise);
  }
  if (granted_.contains(unit) || kMutant == Mutant::no_yield) return take(unit, decision);
  if (seen.after_claims == nullptr) {
    if (!seen.before_exists) return take(unit, decision);
    Wait& wait = wait_for(unit, now);
    if (!wait.unclaimed) wait.unclaimed = now;
    const SteadyTime until = *wait.unclaimed + kHeartbeatsToClaim * heartbeat_;
    return now >= until ? take(unit, decision) : look_at(decision.look_again, until);
  }
  Wait& wait = wait_for(unit, now);
  wait.unclaimed.reset();
  if (seen.after_claims->excused_until) {
    wait.wanted.reset();  // the other node runs it until then; afterwards we ask again
    return look_at(decision.look_again, *seen.after_claims->excused_until);
  }
  const SteadyTime want_at = seen.before_exists ? wait.since + kHeartbeatsBeforeWanting * heartbeat_ : now;
  if (!wait.wanted || wait.from != seen.after_claims->id) {
    if (now < want_at) return look_at(decision.look_again, want_at);
    wait.wanted = now;
    wait.from = seen.after_claims->id;
    decision.wants[wait.from].push_back(unit);
  }
  const SteadyTime until = *wait.wanted + kHeartbeatsToYield * heartbeat_;
  return now >= until ? take(unit, decision) : look_at(decision.look_again, until);
}

void Ownership::decide_lone_services(const Contender& self, const std::vector<Contender>& others, SteadyTime now, Decision& decision) {
  std::set<std::pair<std::size_t, ServiceKey>> lone;
  for (const Contender& other : others) {
    if (!other.inventory || other.inventory == inventory_) continue;
    const auto& unknown = services_unknown_to(other.inventory);
    lone.insert(unknown.begin(), unknown.end());
  }
  std::unordered_set<Unit> still;
  for (const auto& [index, key] : lone) {
    host_index_.emplace(key, index);
    still.insert(key);
    const HostKey host = inventory_->hosts()[index].key;
    bool host_claimed = false;
    bool runs_with_host = running_.contains(host);
    for (const Contender& other : others) {
      if (!claims(other, host)) continue;
      host_claimed = true;
      if (knows(other, key, true)) runs_with_host = true;
    }
    if (runs_with_host) {
      drop(key, decision);
    } else if (host_claimed) {
      decide_unit(key, look(index, key, true, self, others), now, decision);
    }
  }
  std::vector<Unit> ended;
  for (Unit unit : running_) {
    if (!inventory_->knows_host(unit) && !still.contains(unit)) ended.push_back(unit);
  }
  for (Unit unit : ended) drop(unit, decision);
}

// Forgets waits without a reason in the last round. A unit that we wanted may still be yielded: its old owner reserves it for us.
void Ownership::forget_waits(SteadyTime now) {
  std::erase_if(waits_, [&](const auto& entry) {
    const Wait& wait = entry.second;
    return wait.round != round_ && (!wait.wanted || now >= *wait.wanted + kHeartbeatsToYield * heartbeat_);
  });
  for (auto& [unit, wait] : waits_) {
    if (wait.round == round_) continue;
    wait.since = now;
    wait.unclaimed.reset();
  }
}

Decision Ownership::decide(const Contender& self, const std::vector<Contender>& others, SteadyTime now) {
  Decision decision;
  if (!inventory_) return decision;
  forget_waits(now);
  ++round_;
  std::erase_if(granted_, [&](const auto& grant) { return now >= grant.second; });
  std::erase_if(promised_, [&](const auto& promise) {
    return std::none_of(others.begin(), others.end(), [&](const Contender& other) { return other.id == promise.second.to; });
  });
  for (std::size_t i = 0; i < inventory_->hosts().size(); ++i) {
    const HostKey host = inventory_->hosts()[i].key;
    decide_unit(host, look(i, host, false, self, others), now, decision);
  }
  decide_lone_services(self, others, now, decision);
  return decision;
}

std::vector<Unit> Ownership::withdraw_all() {
  std::vector<Unit> dropped{running_.begin(), running_.end()};
  running_.clear();
  waits_.clear();
  granted_.clear();
  promised_.clear();
  return dropped;
}

std::vector<Unit> Ownership::withdraw_claimed_by(const ClaimSet& other) {
  std::vector<Unit> dropped;
  for (Unit unit : running_) {
    if (other.contains(unit)) dropped.push_back(unit);
  }
  for (Unit unit : dropped) running_.erase(unit);
  return dropped;
}

void Ownership::adopt(const std::unordered_set<Unit>& units) { running_ = units; }

std::vector<Unit> Ownership::on_want(const Contender& self, const Contender& wanter, const std::vector<Unit>& units, SteadyTime now) {
  std::vector<Unit> released;
  if (!inventory_) return released;
  for (Unit unit : units) {
    const auto index = host_index_.find(unit);
    if (index == host_index_.end() || !running_.contains(unit)) continue;
    if (!knows(wanter, unit, !inventory_->knows_host(unit))) continue;
    if (!stands_before(candidate(wanter, index->second), candidate(self, index->second))) continue;
    running_.erase(unit);
    promised_[unit] = {wanter.id, now + kHeartbeatsToYield * heartbeat_};
    released.push_back(unit);
  }
  return released;
}

void Ownership::on_yield(const std::vector<Unit>& units, SteadyTime now) {
  for (Unit unit : units) {
    if (waits_.contains(unit)) granted_[unit] = now + kHeartbeatsToYield * heartbeat_;
  }
}

const KnownHost* Ownership::host_of(Unit unit) const {
  const auto found = host_index_.find(unit);
  return found == host_index_.end() || !inventory_ ? nullptr : &inventory_->hosts()[found->second];
}

void Ownership::shift(Millis late_by, SteadyTime now) {
  const auto move = [&](SteadyTime& moment) { moment = std::min(moment + late_by, now); };
  for (auto& [unit, wait] : waits_) {
    move(wait.since);
    if (wait.unclaimed) move(*wait.unclaimed);
    if (wait.wanted) move(*wait.wanted);
  }
  for (auto& [unit, until] : granted_) until = std::min(until + late_by, now + kHeartbeatsToYield * heartbeat_);
  for (auto& [unit, promise] : promised_) promise.until = std::min(promise.until + late_by, now + kHeartbeatsToYield * heartbeat_);
}

}  // namespace merlin::cluster
