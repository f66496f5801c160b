// What follows from any input, in one fixed order: who is active, what phase we are in, what we run, what our
// core and the others are told.
#include <algorithm>
#include <utility>

#include "cluster/mutants.hpp"
#include "cluster/node_notify.hpp"

namespace merlin::cluster {

// Nothing is judged by a loop that was away: first it reads, then a tick says how late it is (R2).
bool Node::State::is_late(SteadyTime now) const { return now - last_tick > settings.pulse_interval + kLongestTick; }

Actions Node::State::finish(Now now) {
  if (!is_late(now.steady)) settle(now);
  return std::exchange(out, {});
}

void Node::State::settle(Now now) {
  if (leaving) return;
  judge_all(now);
  update_ways(now);
  settle_phase(now);
  send_beats(now);  // before any want: what we have become decides whether it is heeded
  settle_ownership(now);
  notifications->settle(now);
  journal.settle(now.steady);
  settle_store(now);
  notifications->follow_store(now);
  replication.pump();
  feed_core();
  settle_rechecks(now.steady);
  const bool forwards_again = !forwards_sent || now.steady - *forwards_sent >= settings.pulse_interval;
  forwards_changed = forwarding.take_next_is_due() || forwards_changed;
  if (forwarding.waiting() > 0 && (forwards_changed || forwards_again)) send_forwards(now.steady);
  settle_durable(now);
}

bool Node::State::start_wait_over(SteadyTime now) const {
  const bool greeting =
      std::any_of(others.begin(), others.end(), [](const auto& entry) { return entry.second.linked && !entry.second.active; });
  if (now - started >= std::max(greeting ? kStartWaitLinked : kStartWait, 2 * settings.pulse_interval)) return true;
  return std::all_of(others.begin(), others.end(),
                     [&](const auto& entry) {
                       const auto& [id, other] = entry;
                       if (!other.configured || other.active || other.unreachable) return true;
                       const wire::Beat* beat = liveness.last_beat(id);
                       return beat != nullptr && beat->core == wire::CoreHealth::gone;
                     }) &&
         std::none_of(settings.peers.begin(), settings.peers.end(), [](const Settings::Peer& peer) { return peer.id.empty(); });
}

bool Node::State::core_usable() const { return core.connected && core.inventory && !core.stalled; }

bool Node::State::may_run(SteadyTime now) const {
  if (!core_usable() || !core.initial_done || !start_waited) return false;
  return core.fed || now - core.connected_since >= kCoreFeedPatience;
}

bool Node::State::ready_to_join(SteadyTime now) const {
  if (!may_run(now)) return false;
  for (const auto& [id, other] : others) {
    if (other.active && other.holds_us - (now - other.holds_us_since) > Millis{0}) return false;
  }
  if (now - joining_since >= settings.join_timeout) return true;
  return feed.drained() && has_compared();
}

// With all that are ready.
bool Node::State::has_compared() const {
  return std::all_of(others.begin(), others.end(), [&](const auto& entry) {
    const auto& [id, other] = entry;
    return !other.active || phase_of(id, other) != wire::NodePhase::ready || replication.compared(id);
  });
}

void Node::State::join(SteadyTime now) {
  phase = wire::NodePhase::joining;
  joining_since = now;
  beat_due = ownership_dirty = true;
}

void Node::State::settle_phase(Now now) {
  if (!start_waited && start_wait_over(now.steady)) start_waited = ownership_dirty = true;
  if (core.connected && core.initial_done && !core.fed && feed.drained()) core.fed = ownership_dirty = true;
  if (phase != wire::NodePhase::joining || !ready_to_join(now.steady)) return;
  phase = wire::NodePhase::ready;
  beat_due = ownership_dirty = true;
  settle_doubtful(now);
  log(LogLevel::info, "joined: this node's state is that of the others, it takes its share");
}

wire::NodePhase Node::State::own_phase() const { return durable.drained ? wire::NodePhase::drained : phase; }

std::uint32_t Node::State::weight_of(const NodeId& id, const Other& other) const {
  if (kMutant == Mutant::local_weights) return other.said_weight.value_or(1);
  if (other.info && other.info->weight) return std::min(*other.info->weight, kMaxWeight);
  std::optional<std::uint32_t> smallest = other.said_weight;
  const auto consider = [&](std::uint32_t weight) { smallest = smallest ? std::min(*smallest, weight) : weight; };
  for (const auto& [teller, told] : others) {
    if (!told.active || !told.info) continue;
    for (const wire::SaidWeight& said : told.info->said_weights) {
      if (said.node_id == id) consider(said.weight);
    }
  }
  return std::min(smallest.value_or(1), kMaxWeight);
}

wire::NodePhase Node::State::phase_of(const NodeId& id, const Other& other) const {
  if (other.absence) return other.absence->phase;
  const wire::Beat* beat = liveness.last_beat(id);
  return beat == nullptr ? wire::NodePhase::joining : beat->phase;
}

Contender Node::State::self_contender() const {
  Other self;
  std::uint32_t weight = settings.weight.value_or(0);
  if (!settings.weight) weight = weight_of(settings.self, self);
  return {settings.self, std::min(weight, kMaxWeight), own_phase(), core.inventory, &core.claims, std::nullopt};
}

Contender Node::State::contender(const NodeId& id, const Other& other, SteadyTime now) const {
  return {id, weight_of(id, other), phase_of(id, other), other.inventory, &other.claims, liveness.excused_until(id, now)};
}

void Node::State::mark_changed(const std::vector<Unit>& units) { core.changed.insert(units.begin(), units.end()); }

void Node::State::settle_ownership(Now now) {
  const bool due = look_again && now.steady >= *look_again;
  if (ownership_dirty || due) {
    ownership_dirty = false;
    look_again.reset();
    decide_ownership(now);
  }
  tell_core_epoch(now.steady);
}

void Node::State::decide_ownership(Now now) {
  for (auto& [id, other] : others) heed_wants(id, other, now.steady);
  if (!core_usable()) return mark_changed(ownership.withdraw_all());
  if (!may_run(now.steady)) {
    // What its module runs stands until we know better.
    look_again = now.steady + Millis{100};
    return;
  }
  std::vector<Contender> contenders;
  for (const auto& [id, other] : others) {
    if (other.active) contenders.push_back(contender(id, other, now.steady));
  }
  const Decision decision = ownership.decide(self_contender(), contenders, now.steady);
  for (Unit unit : decision.take) core.promised.erase(unit);
  mark_changed(decision.take);
  mark_changed(decision.drop);
  look_again = decision.look_again;
  for (const auto& [from, units] : decision.wants) {
    for (auto unit = units.begin(); unit != units.end();) {
      const auto end = unit + std::min(static_cast<std::ptrdiff_t>(kUnitsAMessage), units.end() - unit);
      send(from, Priority::control, wire::Want{++want_number, {unit, end}});
      unit = end;
    }
  }
}

void Node::State::settle_durable(Now now) {
  bool write = false;
  if (term >= durable.term_limit) {
    durable.term_limit = term + kTermLead;
    write = true;
  }
  clock_seen = std::max({clock_seen, table.max_clock(), std::min(core.beat.hlc, kGreatestClock)});
  if (clock_seen + (static_cast<std::uint64_t>(kClockLead.count() / 2) << 16) > durable.hlc_limit && clock_seen > 0) {
    durable.hlc_limit = std::max(clock_seen, hlc_of(now.wall)) + (static_cast<std::uint64_t>(kClockLead.count()) << 16);
    write = true;
  }
  // Before anything that carries the new values leaves.
  if (write) out.insert(out.begin(), Persist{durable});
}

}  // namespace merlin::cluster
