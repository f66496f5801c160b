// Beats out and in, the active set, terms, who returns to whom.
#include <algorithm>
#include <utility>

#include "cluster/mutants.hpp"
#include "cluster/node_state.hpp"

namespace merlin::cluster {
namespace {

// The node with the smaller standing withdraws when two meet again; equal standings: the larger id (R1).
bool returns_to(std::uint64_t term, std::uint32_t side, const NodeId& id, std::uint64_t other_term, std::uint32_t other_side,
                const NodeId& other_id) {
  if (term != other_term) return term < other_term;
  if (side != other_side) return side < other_side;
  return id > other_id;
}

// Digests leave out what is younger: it may be on its way. Stamps further ahead than kClockRuns stand still, so that none is old.
constexpr std::uint64_t kOnItsWaySeconds = 2;
constexpr std::uint64_t kClockRunsSeconds = 10;

std::uint64_t settled_second(const Table& table, Now now) {
  const std::uint64_t wall = DigestHistory::second_of(hlc_of(now.wall)), newest = DigestHistory::second_of(table.max_clock());
  if (newest > wall + kClockRunsSeconds) return 0;
  const std::uint64_t second = std::max(wall, newest);
  return second - std::min(second, kOnItsWaySeconds);
}

}  // namespace

wire::CoreHealth Node::State::core_health(SteadyTime now) const {
  if (!core.connected || !core.inventory) return wire::CoreHealth::gone;
  if (core.busy_until && now < *core.busy_until) return wire::CoreHealth::busy;
  return core.stalled ? wire::CoreHealth::stalled : wire::CoreHealth::well;
}

void Node::State::check_core_loop(SteadyTime now) {
  if (!core.connected) return;
  if (core.busy_until && now >= *core.busy_until) {
    core.busy_until.reset();
    beat_due = true;
  }
  const bool stalled = !core.busy_until && now - core.last_turn > settings.core_timeout;
  if (stalled == core.stalled) return;
  core.stalled = stalled;
  beat_due = ownership_dirty = true;
  if (stalled) {
    log(LogLevel::warning, "our core's loop has stood still for more than core_timeout: the other nodes take its checks over");
    mark_changed(ownership.withdraw_all());
  } else {
    log(LogLevel::info, "our core's loop turns again");
    join(now);
  }
}

wire::Beat Node::State::own_beat(const NodeId& reader, Now now) {
  wire::Beat beat;
  beat.node_id = settings.self;
  beat.instance = instance;
  beat.number = beat_number;
  beat.interval_ms = static_cast<std::uint32_t>(settings.pulse_interval.count());
  beat.core = core_health(now.steady);
  beat.core_timeout_ms = static_cast<std::uint32_t>(settings.core_timeout.count());
  if (core.connected) beat.core_loop_age_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(0, (now.steady - core.last_turn).count()));
  if (core.busy_until && now.steady < *core.busy_until)
    beat.excused_ms = static_cast<std::uint32_t>((*core.busy_until - now.steady).count());
  beat.term = term;
  beat.side = side;
  beat.standing_term = standing_term;
  beat.standing_side = standing_side;
  beat.phase = own_phase();
  beat.wall_ms = now.wall.time_since_epoch().count();
  beat.claims_number = core.claims.number();
  beat.claims_count = core.claims.count();
  beat.claims_xor = core.claims.exclusive_or();
  beat.info_number = info_number;
  beat.table_second = settled_second(table, now);
  beat.table_digest = table.digest_at(beat.table_second).value_or(0);
  beat.overdue = core.beat.overdue;
  beat.checks_run = core.beat.checks_run;
  beat.heard = liveness.heard_table(reader, now.steady);
  return beat;
}

void Node::State::send_beats(Now now) {
  if (leaving) return;
  const Millis since = last_beat ? now.steady - *last_beat : Millis::max();
  // Two nodes that each find the other's word urgent would otherwise answer each other without end.
  const bool patient = since >= settings.pulse_interval / kUrgentBeatsAnInterval;
  const bool relay_due = relay_urgent && (patient || kMutant == Mutant::answer_at_once);
  if (since < settings.pulse_interval && !beat_due && !relay_due) return;
  beat_due = relay_urgent = false;
  last_beat = now.steady;
  ++beat_number;
  beats_sent.emplace_back(beat_number, now.steady);
  if (beats_sent.size() > kRememberedBeats) beats_sent.pop_front();
  for (const auto& [id, other] : others) {
    if (other.linked) out.push_back(SendToPeer{id, Priority::beat, own_beat(id, now)});
  }
}

void Node::State::on_beat(const NodeId& from, const wire::Beat& beat, Now now) {
  if (beat.node_id != from || !liveness.beat_from(beat, now.steady)) return;
  Other& sender = other(from);
  sender.clock_samples.push_back(Millis{std::clamp(beat.wall_ms, -kGreatestWallMs, kGreatestWallMs)} - now.wall.time_since_epoch());
  if (sender.clock_samples.size() > kClockSamples) sender.clock_samples.pop_front();
  // The sample that travelled fastest is the nearest to the truth.
  sender.clock_offset = *std::max_element(sender.clock_samples.begin(), sender.clock_samples.end());
  note_beat(from, beat, now);
  for (const wire::Heard& heard : beat.heard) {
    if (heard.node_id == settings.self) {
      const auto sent = std::find_if(beats_sent.begin(), beats_sent.end(), [&](const auto& one) { return one.first == heard.number; });
      if (heard.instance == instance && heard.direct && sent != beats_sent.end()) {
        sender.round_trips.push_back(std::max(Millis{0}, now.steady - sent->second - Millis{heard.age_ms}));
        if (sender.round_trips.size() > kLatencySamples) sender.round_trips.pop_front();
      }
      sender.holds_us = std::min(Millis{heard.hold_ms}, kMaxHold);
      sender.holds_us_since = now.steady;
      continue;
    }
    if (heard.beat.empty()) continue;
    if (find(heard.node_id) == nullptr && (others.size() >= kMaxNodes || !is_named(heard.node_id))) continue;
    if (liveness.relayed_beat(from, heard, now.steady)) note_beat(heard.node_id, heard.beat.front(), now);
  }
  if (liveness.relay_is_urgent(from, now.steady)) relay_urgent = true;
}

void Node::State::note_beat(const NodeId& id, const wire::Beat& beat, Now now) {
  Other& sender = other(id);
  term = std::max(term, std::min(beat.term, kGreatestTerm));
  const wire::Beat* newest = liveness.last_beat(id);
  if (newest == nullptr || newest->instance != beat.instance || newest->number != beat.number) return;  // an older word by a longer way
  if (!liveness.is_away(id, now.steady)) sender.absence.reset();
  if (sender.way.kind == Way::Kind::none) return;
  // What we write while it does not hear us it need not have.
  const bool hears_us = std::any_of(beat.heard.begin(), beat.heard.end(), [&](const wire::Heard& heard) {
    return heard.node_id == settings.self && heard.instance == instance && Millis{heard.age_ms} < settings.pulse_interval;
  });
  if (hears_us && now.steady - sender.heard_last.at >= settings.pulse_interval) {
    sender.heard_before = std::exchange(sender.heard_last, {now.steady, table.head()});
  }
  replication.table_seen(id, beat.table_second, beat.table_digest, now.steady);
  if (!sender.info || sender.info->instance != beat.instance || sender.info->number != beat.info_number) {
    if (!sender.asked_info || now.steady - *sender.asked_info >= 2 * settings.pulse_interval) {
      sender.asked_info = now.steady;
      send(id, Priority::control, wire::Ask{false, true, false});
    }
  }
  // Claims travel behind beats: a difference is one only when it lasts.
  const bool expected = liveness.is_away(id, now.steady) && beat.claims_number == 0;
  if (sender.claims.agrees_with(beat) || expected) {
    sender.claims_differ_since.reset();
  } else if (!sender.claims_differ_since) {
    sender.claims_differ_since = now.steady;
  } else if (now.steady - *sender.claims_differ_since >= settings.pulse_interval) {
    sender.claims_differ_since = now.steady;
    send(id, Priority::control, wire::Ask{true, false, false});
  }
  find_inventory(id, sender, now.steady);
}

void Node::State::new_term(bool lost_someone) {
  ++term;
  side = 1;
  for (const auto& [id, other] : others) {
    if (other.active) ++side;
  }
  if (lost_someone) {
    standing_term = term;
    standing_side = side;
  }
  ownership_dirty = beat_due = true;
}

void Node::State::lost(const NodeId& id, Other& other, const Judgement& verdict, Now now) {
  other.active = false;
  other.was_lost = true;
  // Without claims it had left as planned: no reason to distrust its return.
  const wire::Beat* beat = liveness.last_beat(id);
  const bool withdrew = verdict.why == Why::core_gone && beat != nullptr && beat->claims_count == 0;
  const bool planned = withdrew || other.claims.count() == 0;
  if (!planned) {
    liveness.note_lost(id, now.steady);
    rechecks.lost(id, table.newest_of(id), other.heard_before.change);
  }
  for (const wire::InFlight& check : awaited.lost(id, now.steady)) core.in_flight.push_back(check);
  log(planned ? LogLevel::info : LogLevel::warning, name_of(id) + " is no longer active: " + describe(verdict.why));
}

void Node::State::met(const NodeId& id, Other& other, Now now) {
  other.active = true;
  liveness.note_returned(id, now.steady);
  rechecks.met(id, term, now.steady);
  log(LogLevel::info, name_of(id) + " is active");
  const wire::Beat* beat = liveness.last_beat(id);
  if (beat == nullptr || liveness.is_away(id, now.steady)) return;
  const bool we_return = returns_to(standing_term, standing_side, settings.self, beat->standing_term, beat->standing_side, id);
  if (!we_return) return;
  const std::vector<Unit> withdrawn = ownership.withdraw_claimed_by(other.claims);
  mark_changed(withdrawn);
  if (!withdrawn.empty() || other.was_lost) join(now.steady);
}

// Another instance of the daemon speaks, and is through with joining.
bool Node::State::back_from_absence(const NodeId& id, const Other& other, SteadyTime now) const {
  if (!other.absence || !liveness.is_away(id, now)) return false;
  const wire::Beat* beat = liveness.last_beat(id);
  if (beat == nullptr || beat->instance == other.absence->instance) return false;
  return beat->phase != wire::NodePhase::joining || other.absence->phase == wire::NodePhase::joining;
}

void Node::State::end_absence(const NodeId& id, Other& other) {
  liveness.end_away(id);
  other.absence.reset();
}

// Whether a node that is not in our file counts: it stands in that of a node which is in ours.
bool Node::State::is_named(const NodeId& id) const {
  if (taken_out.contains(id)) return false;
  return std::any_of(others.begin(), others.end(), [&](const auto& entry) {
    const Other& other = entry.second;
    if (!other.configured || !other.info) return false;
    const std::vector<NodeId>& known = other.info->knows_nodes;
    return std::find(known.begin(), known.end(), id) != known.end();
  });
}

void Node::State::forget(const NodeId& id) {
  others.erase(id);
  liveness.forget(id);
  rechecks.forget(id);
  replication.forget(id);
  journal.forget(id);
}

void Node::State::forget_strangers(SteadyTime now) {
  std::vector<NodeId> gone;
  for (const auto& [id, other] : others) {
    if (other.configured) continue;
    const std::optional<SteadyTime> heard = liveness.last_heard(id);
    const bool silent = !other.active && (!heard || now - *heard >= kForgetSilent);
    if (silent || !is_named(id)) gone.push_back(id);
  }
  bool one_was_active = false;
  for (const NodeId& id : gone) {
    one_was_active = one_was_active || other(id).active;
    log(LogLevel::info, name_of(id) + " is forgotten: it is not in our merlin.conf, and nobody who is names it or hears it any more");
    forget(id);
  }
  if (one_was_active) new_term(false);
}

void Node::State::judge_all(Now now) {
  forget_strangers(now.steady);
  bool changed = false;
  bool lost_someone = false;
  for (auto& [id, other] : others) {
    const Judgement verdict = liveness.judge(id, now.steady);
    if (verdict.active && verdict.why == Why::active && back_from_absence(id, other, now.steady)) end_absence(id, other);
    const wire::NodePhase phase_now = phase_of(id, other);
    const bool excused_now = liveness.excused_until(id, now.steady).has_value();
    if (std::exchange(other.ranked_phase, phase_now) != phase_now) ownership_dirty = true;
    if (std::exchange(other.ranked_excused, excused_now) != excused_now) ownership_dirty = true;
    if (verdict.active == other.active) continue;
    changed = true;
    if (verdict.active) {
      met(id, other, now);
    } else {
      lost(id, other, verdict, now);
      lost_someone = true;
    }
  }
  if (!changed) return;
  new_term(lost_someone);
  if (lost_someone) replication.compare_all(now.steady);
}

}  // namespace merlin::cluster
