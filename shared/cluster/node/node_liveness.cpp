// Sending and receiving heartbeats, the active set, terms, and which of two nodes withdraws when they meet again.
#include <algorithm>
#include <utility>

#include "shared/cluster/interface/mutants.hpp"
#include "shared/cluster/node/node_state.hpp"

namespace merlin::cluster {
namespace {

// When two nodes meet again, the one with the smaller (term, view size) at its last loss withdraws; in a tie the larger id (R1).
bool returns_to(std::uint64_t term, std::uint32_t view_size, const NodeId& id, std::uint64_t other_term, std::uint32_t other_view_size,
                const NodeId& other_id) {
  if (term != other_term) return term < other_term;
  if (view_size != other_view_size) return view_size < other_view_size;
  return id > other_id;
}

// Digests leave out the changes of the last kOnItsWaySeconds, which may not have arrived everywhere. If the newest stamp is more than
// kClockRunsSeconds ahead of the wall clock, stamps do not advance with time, and no change would become old enough: then the digest
// covers all.
constexpr std::uint64_t kOnItsWaySeconds = 2;
constexpr std::uint64_t kClockRunsSeconds = 10;

std::uint64_t settled_second(const Table& table, Now now) {
  const std::uint64_t wall = DigestHistory::second_of(hlc_of(now.wall)), newest = DigestHistory::second_of(table.max_clock());
  if (newest > wall + kClockRunsSeconds) return 0;
  const std::uint64_t second = std::max(wall, newest);
  return second - std::min(second, kOnItsWaySeconds);
}

// The sender's wall clock minus ours. `age` is the age of the heartbeat.
Millis clock_difference(const wire::Heartbeat& heartbeat, Millis age, Now now) {
  return Millis{std::clamp(heartbeat.wall_ms, -kGreatestWallMs, kGreatestWallMs)} + age - now.wall.time_since_epoch();
}

}  // namespace

wire::CoreHealth Node::State::core_health(SteadyTime now) const {
  if (!core.is_connected() || !core.inventory()) return wire::CoreHealth::gone;
  if (core.loop().is_busy(now)) return wire::CoreHealth::busy;
  return core.loop().is_hung() ? wire::CoreHealth::stalled : wire::CoreHealth::well;
}

void Node::State::check_core_loop(SteadyTime now) {
  if (!core.is_connected()) return;
  const CoreLoop::Change change = core.loop().judge(now, settings.core_timeout);
  if (change.busy_ended) happened(Event::own_state);
  if (!change.hung && !change.turned) return;
  happened(Event::own_state, Event::candidates);
  if (change.hung) {
    log(LogLevel::warning, "our core has been hung for more than core_timeout: the other nodes take over its checks");
    core.epochs().changed(ownership.withdraw_all());
  } else {
    log(LogLevel::info, "our core is running again");
    join(now);
  }
}

wire::Heartbeat Node::State::own_heartbeat(const NodeId& reader, Now now) {
  wire::Heartbeat heartbeat;
  heartbeat.node_id = settings.self;
  heartbeat.instance = instance;
  heartbeat.number = heartbeats.number();
  heartbeat.interval_ms = static_cast<std::uint32_t>(settings.pulse_interval.count());
  heartbeat.core = core_health(now.steady);
  heartbeat.core_timeout_ms = static_cast<std::uint32_t>(settings.core_timeout.count());
  if (core.is_connected()) heartbeat.core_loop_age_ms = static_cast<std::uint32_t>(core.loop().age(now.steady).count());
  heartbeat.excused_ms = static_cast<std::uint32_t>(core.loop().busy_for(now.steady).count());
  heartbeat.term = term;
  heartbeat.side = side;
  heartbeat.standing_term = term_at_loss;
  heartbeat.standing_side = view_size_at_loss;
  heartbeat.phase = own_phase();
  heartbeat.wall_ms = now.wall.time_since_epoch().count();
  heartbeat.claims_number = core.claims().number();
  heartbeat.claims_count = core.claims().count();
  heartbeat.claims_xor = core.claims().exclusive_or();
  heartbeat.info_number = info_number;
  heartbeat.table_second = settled_second(table, now);
  heartbeat.table_digest = table.digest_at(heartbeat.table_second).value_or(0);
  heartbeat.overdue = core.heartbeat().overdue;
  heartbeat.checks_run = core.heartbeat().checks_run;
  heartbeat.heard = liveness.heard_table(reader, now.steady);
  return heartbeat;
}

void Node::State::send_heartbeats(Now now) {
  if (leaving) return;
  const Millis since = heartbeats.since_last(now.steady);
  // Without this limit, two nodes that each consider the other's heartbeat urgent would answer each other endlessly.
  const bool patient = since >= settings.pulse_interval / kUrgentHeartbeatsAnInterval;
  const bool relay_due = events.has(Event::missed_heartbeat) && (patient || kMutant == Mutant::answer_at_once);
  if (since < settings.pulse_interval && !events.has(Event::own_state) && !relay_due) return;
  events.take(Event::own_state);
  events.take(Event::missed_heartbeat);
  heartbeats.add(now.steady);
  for (const auto& [id, peer] : peers) {
    if (peer.is_linked()) out.push_back(SendToPeer{id, Priority::heartbeat, own_heartbeat(id, now)});
  }
}

void Node::State::on(const NodeId& from, const wire::Heartbeat& heartbeat, Now now) {
  if (heartbeat.node_id != from || !liveness.heartbeat_from(heartbeat, now.steady)) return;
  Peer& sender = peers.at(from);
  sender.clock().add_sample(clock_difference(heartbeat, Millis{0}, now));
  note_heartbeat(from, heartbeat, now);
  for (const wire::Heard& heard : heartbeat.heard) {
    if (heard.node_id == settings.self) {
      const std::optional<SteadyTime> sent = heartbeats.sent_at(heard.number);
      if (heard.instance == instance && heard.direct && sent) {
        sender.clock().add_round_trip(now.steady - *sent - Millis{heard.age_ms});
      }
      sender.set_hold(std::min(Millis{heard.hold_ms}, kMaxHold), now.steady);
      continue;
    }
    if (heard.heartbeat.empty()) continue;
    if (!peers.may_count(heard.node_id)) continue;
    // Its own link works, so its heartbeats reach us directly.
    if (speaks_for_itself(heard.node_id, now.steady)) continue;
    if (!liveness.relayed_heartbeat(from, heard, now.steady)) continue;
    // Rows of that node may arrive through this relay before any direct heartbeat does, and their times are of its clock.
    peers.at(heard.node_id).clock().add_sample(clock_difference(heard.heartbeat.front(), Millis{heard.age_ms}, now));
    note_heartbeat(heard.node_id, heard.heartbeat.front(), now);
  }
  if (liveness.relay_is_urgent(from, now.steady)) happened(Event::missed_heartbeat);
}

void Node::State::note_heartbeat(const NodeId& id, const wire::Heartbeat& heartbeat, Now now) {
  Peer& sender = peers.at(id);
  if (heartbeat.term > greatest_term(term))
    reject(id, wire::RejectReason::term, "heartbeat: its term is " + std::to_string(heartbeat.term));
  term = admission.heard(heartbeat.term, term, now.steady);
  const wire::Heartbeat* newest = liveness.last_heartbeat(id);
  if (newest == nullptr || newest->instance != heartbeat.instance || newest->number != heartbeat.number)
    return;  // an older heartbeat over a longer route
  if (!liveness.is_away(id, now.steady)) sender.end_absence();
  if (!sender.has_route()) return;
  // A change that we make while it does not hear us may not reach it.
  const bool hears_us = std::any_of(heartbeat.heard.begin(), heartbeat.heard.end(), [&](const wire::Heard& heard) {
    return heard.node_id == settings.self && heard.instance == instance && Millis{heard.age_ms} < settings.pulse_interval;
  });
  if (hears_us) sender.hears_us(table.head(), settings.pulse_interval, now.steady);
  replication.table_seen(id, heartbeat.table_second, heartbeat.table_digest, now.steady);
  if (sender.must_ask_info(heartbeat, 2 * settings.pulse_interval, now.steady)) send(id, Priority::control, wire::Ask{false, true, false});
  if (liveness.is_away(id, now.steady) && heartbeat.claims_number == 0) {
    sender.claims_agree();  // its module has not reported its claims yet
  } else if (sender.must_ask_claims(heartbeat, settings.pulse_interval, now.steady)) {
    send(id, Priority::control, wire::Ask{true, false, false});
  }
  find_inventory(id, sender, now.steady);
}

void Node::State::new_term(bool lost_someone) {
  ++term;
  side = 1;
  for (const auto& [id, peer] : peers) {
    if (peer.is_active()) ++side;
  }
  if (lost_someone) {
    term_at_loss = term;
    view_size_at_loss = side;
  }
  happened(Event::own_state, Event::candidates);
}

void Node::State::lost(const NodeId& id, Peer& peer, const Judgement& verdict, Now now) {
  peer.lose();
  // A node without claims left as planned, so this is not counted as a loss.
  const wire::Heartbeat* heartbeat = liveness.last_heartbeat(id);
  const bool withdrew = verdict.why == Why::core_gone && heartbeat != nullptr && heartbeat->claims_count == 0;
  const bool planned = withdrew || peer.claims().count() == 0;
  if (!planned) {
    liveness.note_lost(id, now.steady);
    rechecks.lost(id, table.newest_of(id), peer.known_change());
  }
  for (const wire::InFlight& check : awaited.lost(id, now.steady)) core.epochs().add_in_flight(check);
  log(planned ? LogLevel::info : LogLevel::warning, name_of(id) + " is no longer active: " + describe(verdict.why));
}

void Node::State::met(const NodeId& id, Peer& peer, Now now) {
  peer.activate();
  liveness.note_returned(id, now.steady);
  senders.disagreed(id, clock_now(now.wall));
  rechecks.met(id, term, now.steady);
  log(LogLevel::info, name_of(id) + " is active");
  const wire::Heartbeat* heartbeat = liveness.last_heartbeat(id);
  if (heartbeat == nullptr || liveness.is_away(id, now.steady)) return;
  const bool we_return = returns_to(term_at_loss, view_size_at_loss, settings.self, heartbeat->standing_term, heartbeat->standing_side, id);
  if (!we_return) return;
  const std::vector<Unit> withdrawn = ownership.withdraw_claimed_by(peer.claims());
  core.epochs().changed(withdrawn);
  if (!withdrawn.empty() || peer.was_lost()) join(now.steady);
}

// A new instance of its daemon sends heartbeats and is no longer joining, unless the old one was joining, too.
bool Node::State::back_from_absence(const NodeId& id, const Peer& peer, SteadyTime now) const {
  if (!peer.absence() || !liveness.is_away(id, now)) return false;
  const wire::Heartbeat* heartbeat = liveness.last_heartbeat(id);
  if (heartbeat == nullptr || heartbeat->instance == peer.absence()->instance) return false;
  return heartbeat->phase != wire::NodePhase::joining || peer.absence()->phase == wire::NodePhase::joining;
}

void Node::State::end_absence(const NodeId& id, Peer& peer) {
  liveness.end_away(id);
  peer.end_absence();
}

void Node::State::forget(const NodeId& id) {
  peers.forget(id);
  senders.forget(id);
  liveness.forget(id);
  rechecks.forget(id);
  replication.forget(id);
  journal.forget(id);
}

void Node::State::forget_strangers(SteadyTime now) {
  std::vector<NodeId> gone;
  for (const auto& [id, peer] : peers) {
    if (peer.is_configured()) continue;
    const std::optional<SteadyTime> heard = liveness.last_heard(id);
    const bool silent = !peer.is_active() && (!heard || now - *heard >= kForgetSilent);
    if (silent || !peers.is_named(id)) gone.push_back(id);
  }
  bool one_was_active = false;
  for (const NodeId& id : gone) {
    one_was_active = one_was_active || peers.at(id).is_active();
    log(LogLevel::info, name_of(id) + " is forgotten: it is not in our merlin.conf, and no configured node names or hears it any more");
    forget(id);
  }
  if (one_was_active) new_term(false);
}

void Node::State::judge_all(Now now) {
  forget_strangers(now.steady);
  bool changed = false;
  bool lost_someone = false;
  for (auto& [id, peer] : peers) {
    const Judgement verdict = liveness.judge(id, now.steady);
    if (verdict.active && verdict.why == Why::active && back_from_absence(id, peer, now.steady)) end_absence(id, peer);
    const wire::NodePhase phase_now = phase_of(id, peer);
    const bool excused_now = liveness.excused_until(id, now.steady).has_value();
    if (peer.ranks_differently(phase_now, excused_now)) happened(Event::candidates);
    if (verdict.active == peer.is_active()) continue;
    changed = true;
    if (verdict.active) {
      met(id, peer, now);
    } else {
      lost(id, peer, verdict, now);
      lost_someone = true;
    }
  }
  if (!changed) return;
  new_term(lost_someone);
  if (lost_someone) replication.compare_all(now.steady);
}

}  // namespace merlin::cluster
