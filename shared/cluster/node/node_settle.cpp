// Computes what follows from any input, in one fixed order: active nodes, phase, ownership, and the messages to our core and to the
// other nodes.
#include <algorithm>
#include <string>
#include <utility>

#include "shared/cluster/interface/mutants.hpp"
#include "shared/cluster/node/node_notify.hpp"

namespace merlin::cluster {

// After a pause, the loop first reads what has arrived. Nothing is decided before the tick that reports the delay (R2).
bool Node::State::is_late(SteadyTime now) const { return now - last_tick > settings.pulse_interval + kLongestTick; }

Actions Node::State::finish(Now now) {
  if (!is_late(now.steady)) settle(now);
  for (auto& [from, rejects] : std::exchange(rejected, {})) out.push_back(Rejected{from, std::move(rejects)});
  return std::exchange(out, {});
}

void Node::State::settle(Now now) {
  if (leaving) return;
  judge_all(now);
  update_routes(now);
  settle_forgotten(now);
  settle_drain(now.wall);
  settle_phase(now);
  send_heartbeats(now);  // before any want: its receiver ranks us by this heartbeat
  settle_ownership(now);
  notifications->settle(now);
  journal.settle(now.steady);
  settle_store(now);
  notifications->follow_store(now);
  replication.pump();
  feed_core();
  log_notifications(now.wall);
  table.forget_replaced(replication.live_sent(), feed.given());
  report_dropped_alerts(now.steady);
  settle_rechecks(now.steady);
  for (const ObjectKey& object : std::exchange(to_recheck, {})) to_core(wire::Recheck{object});
  const bool forwards_again = !forwards_sent || now.steady - *forwards_sent >= settings.pulse_interval;
  if (forwarding.take_next_is_due()) happened(Event::results);
  if (forwarding.waiting() > 0 && (events.has(Event::results) || forwards_again)) send_forwards(now.steady);
  settle_durable(now);
}

void Node::State::report_dropped_alerts(SteadyTime now) {
  const std::uint64_t dropped = table.dropped_alerts();
  if (dropped == reported_dropped_alerts || (dropped_alerts_reported && now - *dropped_alerts_reported < kReportDroppedAlertsEvery)) return;
  log(LogLevel::warning,
      std::to_string(dropped - reported_dropped_alerts) +
          " alerts arrived faster than other nodes or our core accepted them: their logs lack these alerts; their states are up to date");
  reported_dropped_alerts = dropped;
  dropped_alerts_reported = now;
}

bool Node::State::start_wait_over(SteadyTime now) const {
  const bool greeting =
      std::any_of(peers.begin(), peers.end(), [](const auto& entry) { return entry.second.is_linked() && !entry.second.is_active(); });
  if (phases.since_start(now) >= std::max(greeting ? kStartWaitLinked : kStartWait, 2 * settings.pulse_interval)) return true;
  return std::all_of(peers.begin(), peers.end(),
                     [&](const auto& entry) {
                       const auto& [id, peer] = entry;
                       if (!peer.is_configured() || peer.is_active() || peer.is_unreachable()) return true;
                       const wire::Heartbeat* heartbeat = liveness.last_heartbeat(id);
                       return heartbeat != nullptr && heartbeat->core == wire::CoreHealth::gone;
                     }) &&
         std::none_of(settings.peers.begin(), settings.peers.end(), [](const Settings::Peer& peer) { return peer.id.empty(); });
}

bool Node::State::may_run(SteadyTime now) const {
  if (!core.is_usable() || !core.has_sent_initial_rows() || !phases.is_start_over()) return false;
  return core.is_fed() || now - core.connected_since() >= kCoreFeedPatience;
}

bool Node::State::is_held(SteadyTime now) const {
  return std::any_of(peers.begin(), peers.end(), [&](const auto& entry) { return entry.second.is_active() && entry.second.holds_us(now); });
}

bool Node::State::has_caught_up(SteadyTime now) const {
  if (!may_run(now)) return false;
  if (phases.joining_for(now) >= settings.join_timeout) return true;
  return feed.drained() && has_compared();
}

// With every active node that is ready.
bool Node::State::has_compared() const {
  return std::all_of(peers.begin(), peers.end(), [&](const auto& entry) {
    const auto& [id, peer] = entry;
    return !peer.is_active() || phase_of(id, peer) != wire::NodePhase::ready || replication.compared(id);
  });
}

void Node::State::join(SteadyTime now) {
  phases.join(now);
  happened(Event::own_state, Event::candidates);
}

void Node::State::settle_phase(Now now) {
  if (!phases.is_start_over() && start_wait_over(now.steady)) {
    phases.end_start();
    happened(Event::candidates);
  }
  if (core.is_connected() && core.has_sent_initial_rows() && !core.is_fed() && feed.drained()) {
    core.set_fed();
    happened(Event::candidates);
  }
  if (phases.is_catching_up() && has_caught_up(now.steady)) phases.in_sync();
  if (!phases.is_joining() || is_held(now.steady) || !has_caught_up(now.steady)) return;
  phases.joined();
  happened(Event::own_state, Event::candidates);
  settle_unconfirmed(now);
  log(LogLevel::info, "joined: in sync with the others, taking our share");
}

wire::NodePhase Node::State::own_phase() const { return durable.drained ? wire::NodePhase::drained : phases.phase(); }

std::uint32_t Node::State::weight_of(const NodeId& id, const Peer& peer) const {
  if (kMutant == Mutant::local_weights) return peer.said_weight().value_or(1);
  if (peer.info() && peer.info()->weight) return std::min(*peer.info()->weight, kMaxWeight);
  std::optional<std::uint32_t> smallest = peer.said_weight();
  const auto consider = [&](std::uint32_t weight) { smallest = smallest ? std::min(*smallest, weight) : weight; };
  for (const auto& [other_id, other] : peers) {
    if (!other.is_active() || !other.info()) continue;
    for (const wire::SaidWeight& said : other.info()->said_weights) {
      if (said.node_id == id) consider(said.weight);
    }
  }
  return std::min(smallest.value_or(1), kMaxWeight);
}

wire::NodePhase Node::State::phase_of(const NodeId& id, const Peer& peer) const {
  if (peer.absence()) return peer.absence()->phase;
  const wire::Heartbeat* heartbeat = liveness.last_heartbeat(id);
  return heartbeat == nullptr ? wire::NodePhase::joining : heartbeat->phase;
}

Contender Node::State::self_contender() const {
  Peer self;
  std::uint32_t weight = settings.weight.value_or(0);
  if (!settings.weight) weight = weight_of(settings.self, self);
  return {settings.self, std::min(weight, kMaxWeight), own_phase(), core.inventory(), &core.claims(), std::nullopt};
}

Contender Node::State::contender(const NodeId& id, const Peer& peer, SteadyTime now) const {
  return {id, weight_of(id, peer), phase_of(id, peer), peer.inventory(), &peer.claims(), liveness.excused_until(id, now)};
}

void Node::State::settle_ownership(Now now) {
  const bool due = look_again && now.steady >= *look_again;
  if (events.take(Event::candidates) || due) {
    look_again.reset();
    decide_ownership(now);
  }
  send_epochs(now.steady);
}

void Node::State::decide_ownership(Now now) {
  for (auto& [id, peer] : peers) heed_wants(id, peer, now.steady);
  if (!core.is_usable()) return core.epochs().changed(ownership.withdraw_all());
  if (!may_run(now.steady)) {
    // Until then the module keeps what it claims.
    look_again = now.steady + Millis{100};
    return;
  }
  std::vector<Contender> contenders;
  for (const auto& [id, peer] : peers) {
    if (peer.is_active()) contenders.push_back(contender(id, peer, now.steady));
  }
  const Decision decision = ownership.decide(self_contender(), contenders, now.steady);
  for (Unit unit : decision.take) core.retract(unit);
  core.epochs().changed(decision.take);
  core.epochs().changed(decision.drop);
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
  clock_seen = std::max({clock_seen, table.max_clock(), core.clock()});
  if (clock_seen + (static_cast<std::uint64_t>(kClockLead.count() / 2) << 16) > durable.hlc_limit && clock_seen > 0) {
    durable.hlc_limit = std::max(clock_seen, hlc_of(now.wall)) + (static_cast<std::uint64_t>(kClockLead.count()) << 16);
    write = true;
  }
  // First: no message may leave with a value above the limits on disk.
  if (write) out.insert(out.begin(), Persist{durable});
}

}  // namespace merlin::cluster
