#include "sim/core.hpp"

#include <algorithm>
#include <set>

#include "base/hash.hpp"
#include "cluster/mutants.hpp"
#include "cluster/versions.hpp"
#include "wire/codec.hpp"

namespace merlin::sim {
namespace {

using cluster::kMutant;
using cluster::Mutant;

constexpr Millis kResultAllowance{5000};
constexpr std::size_t kHostsAPart = 7;  // small, so that parts are put together

std::uint64_t unit_of(const ObjectPlan& object) { return object.key.is_host() ? object.key.host : object.key.service; }

}  // namespace

SimCore::SimCore(const Plan& plan, const CoreLife& life, const Retention& retention, Records& records, Outside outside)
    : plan_(plan),
      life_(life),
      records_(records),
      outside_(std::move(outside)),
      side_({Millis{3000}, plan.isolation_grace, plan.runs_isolated}, outside_.now().steady),
      owned_(plan.objects.size(), 0),
      stall_({plan.nodes[life.node].pulse_interval, plan.nodes[life.node].core_timeout, plan.busy_limit}, outside_.now().steady),
      turned_(outside_.now().steady) {
  const std::int64_t wall = wall_ms();
  for (std::size_t known : plan.nodes[life.node].knows) {
    Object object;
    object.plan = known;
    const auto retained = retention.entries.find(known);
    if (retained != retention.entries.end()) {
      object.state = retained->second.state;
      object.due_ms = std::min(retained->second.due_ms, wall + plan.check_interval.count());
    } else {
      // First checks are spread over an interval.
      const std::uint64_t spread = hash64(plan.objects[known].host + plan.objects[known].service, life.node);
      object.due_ms = wall + static_cast<std::int64_t>(spread % static_cast<std::uint64_t>(plan.check_interval.count()));
    }
    index_[known] = objects_.size();
    by_key_[plan.objects[known].key] = objects_.size();
    objects_.push_back(std::move(object));
  }
  for (const wire::Register& row : retention.items) items_[cluster::key_of(row)] = row;
}

SimCore::Object* SimCore::find(const ObjectKey& key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &objects_[found->second];
}

const wire::CheckRegister* SimCore::state(std::size_t object) const {
  const auto found = index_.find(object);
  return found == index_.end() ? nullptr : &objects_[found->second].state;
}

wire::Version SimCore::version(std::size_t object) const { return objects_[index_.at(object)].version; }

// ---- the link

void SimCore::welcome(const wire::CoreWelcome& welcome) {
  if (linked_) return;  // a name has changed
  side_.on_welcome(welcome);
  linked_ = true;
  next_beat_ = {};
  say_everything();
}

void SimCore::lost() {
  linked_ = false;
  side_.on_daemon_lost(outside_.now().steady);
}

void SimCore::say_everything() {
  wire::Inventory part;
  std::map<std::string, wire::InventoryHost> hosts;
  std::uint64_t digest = 0;
  for (const Object& object : objects_) {
    const ObjectPlan& plan = plan_.objects[object.plan];
    wire::InventoryHost& host = hosts[plan.host];
    host.name = plan.host;
    if (!plan.key.is_host()) host.services.push_back(plan.service);
    digest ^= hash64({reinterpret_cast<const char*>(&plan.key), sizeof plan.key}, 7);
  }
  part.digest = part.config_digest = digest;
  for (auto& [name, host] : hosts) {
    part.hosts.push_back(std::move(host));
    if (part.hosts.size() < kHostsAPart) continue;
    outside_.to_daemon(part);
    part.hosts.clear();
    ++part.part;
  }
  part.last = true;
  outside_.to_daemon(part);
  outside_.to_daemon(wire::CoreClaims{side_.epoch(), true, claims(), {}, {}});
  wire::CoreRows initial;
  initial.kind = wire::CoreRowsKind::initial;
  initial.epoch = side_.epoch();
  for (Object& object : objects_) {
    if (!object.state.has_been_checked) continue;
    if (object.version == wire::Version{}) {
      const auto checked = WallTime{Millis{object.base_ms + object.state.last_check.value_or(1)}};
      object.version = {0, 0, std::max<std::uint64_t>(1, cluster::hlc_of(checked)), side_.node_id()};
    }
    initial.rows.push_back(row_of(object));
    if (initial.rows.size() < 16) continue;
    outside_.to_daemon(initial);
    initial.rows.clear();
  }
  for (wire::Register& row : initial_items()) initial.rows.push_back(std::move(row));
  initial.kind = wire::CoreRowsKind::initial_last;
  outside_.to_daemon(initial);
  writes_.say_again();
  say_writes();
  forwards_.say_again();
  send_results();
  say_notifications();
}

void SimCore::receive(const cluster::ToCore& message) {
  if (const auto* epoch = std::get_if<wire::Epoch>(&message)) on(*epoch);
  if (const auto* rows = std::get_if<wire::RowsToCore>(&message)) on(*rows);
  if (const auto* results = std::get_if<wire::ResultsToCore>(&message)) on(*results);
  if (const auto* away = std::get_if<wire::DaemonAway>(&message)) on(*away);
  if (const auto* verdict = std::get_if<wire::NotifyVerdict>(&message)) on(*verdict);
  if (const auto* safe = std::get_if<wire::RowsSafe>(&message)) on(*safe);
  if (const auto* recheck = std::get_if<wire::Recheck>(&message)) on(*recheck);
}

void SimCore::on(const wire::DaemonAway& away) {
  side_.on_daemon_away(Millis{away.away_ms}, outside_.now().steady);
  const SteadyTime now = outside_.now().steady;
  const SteadyTime back = now + Millis{away.away_ms} + kResultAllowance;
  for (Object& object : objects_) {
    if (object.held_until && *object.held_until > now) object.held_until = std::max(*object.held_until, back);
  }
}

void SimCore::on(const wire::Epoch& epoch) {
  takeover_rate_ = epoch.takeover_rate;
  const auto change = side_.on_epoch(epoch);
  apply(change, epoch.in_flight);
  if (change.any()) return;
  const bool taken = side_.epoch() == epoch.number;
  outside_.to_daemon(wire::CoreClaims{side_.epoch(), !taken, taken ? std::vector<std::uint64_t>{} : claims(), {}, {}});
}

void SimCore::on(const wire::RowsToCore& rows) {
  for (const wire::Register& row : rows.imposed) bring_in(row, false);
  for (const wire::Register& row : rows.live) bring_in(row, true);
  outside_.to_daemon(wire::RowsConfirmed{rows.batch});
}

void SimCore::on(const wire::Recheck& recheck) {
  Object* object = find(recheck.object);
  if (object == nullptr || !owns(object->plan) || object->running) return;
  outside_.tell("is to check " + name_of(*object) + " again");
  object->due_ms = std::min(object->due_ms, wall_ms());
  object->takeover = true;
}

void SimCore::on(const wire::RowsSafe& safe) {
  note_safe(safe.results);
  writes_safe(safe.batch);
}

// Mutant::replayed only.
void SimCore::count_again(Object& object, const wire::CheckRegister& before) const {
  wire::CheckRegister& state = object.state;
  const bool again = state.current_state != 0 && before.current_state != 0;
  state.current_attempt = again ? std::min(plan_.attempts, before.current_attempt + 1) : 1;
}

bool SimCore::has_taken(const wire::CheckRegister& state, std::uint64_t number) const {
  return std::any_of(state.taken.begin(), state.taken.end(), [&](const wire::TakenMark& mark) {
    return mark.taker == side_.node_id() && mark.taker_instance == life_.life && mark.number >= number;
  });
}

void SimCore::bring_in(const wire::Register& row, bool live) {
  if (row.kind != wire::RegisterKind::check) return bring_in_item(row);
  Object* object = find(row.object);
  if (object == nullptr) return;
  const auto order = row.version <=> object->version;
  if (order < 0 || (order == 0 && live)) return;
  const auto state = wire::decode<wire::CheckRegister>(row.value);
  if (!state) return;
  object->version = row.version;
  side_.observe(row.version);
  const wire::CheckRegister before = std::exchange(object->state, *state);
  object->base_ms = row.base_ms;
  if (kMutant == Mutant::replayed) count_again(*object, before);
  if (state->next_check) object->due_ms = std::min(row.base_ms + *state->next_check, wall_ms() + plan_.check_interval.count());
  if (kMutant == Mutant::notify_on_sync && !live && state->notification_number > 0)
    records_.notifications.told(
        {object->plan, life_.node, false, state->notification_number, state->last_hard_ok_hlc, outside_.true_time()});
  if (order > 0) object->held_until.reset();
  if (has_taken(*state, object->handed_on)) object->handed_on = 0;
  object->takeover = owns(object->plan) && object->due_ms <= wall_ms();
}

void SimCore::on(const wire::ResultsToCore& results) {
  wire::ResultsTaken taken;
  for (const wire::ForwardedResult& forwarded : results.results) {
    const wire::ForwardedAck ack{forwarded.taker, forwarded.taker_instance, forwarded.number};
    Object* object = find(forwarded.result.object);
    if (object == nullptr || !owns(object->plan) || in_doubt()) {
      taken.refused.push_back(ack);
      continue;
    }
    taken.taken.push_back(ack);
    wire::CheckResult result = forwarded.result;
    result.finish_ms = std::min(result.finish_ms + wall_ms() - result.sent_ms, wall_ms());
    result.start_ms = std::min(result.start_ms + wall_ms() - result.sent_ms, result.finish_ms);
    const bool outdated = is_outdated(*object, result);
    if (outdated) records_.checks.outdated(CheckLog::run_of(result.output));
    if (!outdated && !is_superseded(*object, forwarded)) {
      process(*object, result, ack);
      continue;
    }
    mark_taken(*object, {ack.taker, ack.taker_instance, ack.number});
    say_row(*object);
  }
  outside_.to_daemon(taken);
}

// ---- ownership

std::vector<std::uint64_t> SimCore::claims() const {
  std::vector<std::uint64_t> units;
  for (const Object& object : objects_) {
    const ObjectPlan& plan = plan_.objects[object.plan];
    const bool spelled_out = side_.runs_everything() ? plan.key.is_host() : side_.units().contains(unit_of(plan));
    if (spelled_out) units.push_back(unit_of(plan));
  }
  return units;
}

bool SimCore::knows_unit(std::uint64_t unit) const {
  return std::any_of(objects_.begin(), objects_.end(), [&](const Object& object) { return unit_of(plan_.objects[object.plan]) == unit; });
}

std::string SimCore::name_of(const Object& object) const {
  const ObjectPlan& plan = plan_.objects[object.plan];
  return plan.service.empty() ? plan.host : plan.host + "/" + plan.service;
}

void SimCore::refresh_owned() {
  for (const Object& object : objects_) {
    const ObjectPlan& plan = plan_.objects[object.plan];
    owned_[object.plan] = side_.runs(plan.key.host) || side_.runs(unit_of(plan)) ? 1 : 0;
  }
}

// Held back alone, a core owns nothing, and keeps what it would have told.
void SimCore::drop_unowned() {
  for (Object& object : objects_) {
    if (!owns(object.plan)) object.request.reset();
  }
}

void SimCore::apply(const cluster::CoreSide::Change& change, const std::vector<wire::InFlight>& held) {
  const Now now = outside_.now();
  for (const wire::InFlight& check : held) {
    Object* object = find(check.object);
    if (object == nullptr) continue;
    object->held_until.reset();
    if (check.wait_ms > 0) object->held_until = now.steady + std::min(Millis{check.wait_ms}, plan_.check_time + kResultAllowance);
    object->held_by = check.runner;
  }
  if (!change.any()) return;
  const std::vector<char> before = owned_;
  refresh_owned();
  std::vector<std::size_t> released;
  std::string moves;
  for (std::size_t at = 0; at < objects_.size(); ++at) {
    Object& object = objects_[at];
    if ((before[object.plan] != 0) == owns(object.plan)) continue;
    moves += (owns(object.plan) ? " +" : " -") + name_of(object);
    if (!owns(object.plan)) released.push_back(at);
    if (owns(object.plan)) object.takeover = object.due_ms <= wall_ms();
  }
  if (side_.mode() == cluster::CoreSide::Mode::following) drop_unowned();
  outside_.tell("runs" + moves);
  wire::CoreClaims said{side_.epoch(), change.whole, {}, {}, in_flight(released)};
  if (change.whole) {
    said.added = claims();
  } else {
    std::copy_if(change.added.begin(), change.added.end(), std::back_inserter(said.added),
                 [&](std::uint64_t unit) { return knows_unit(unit); });
  }
  std::copy_if(change.removed.begin(), change.removed.end(), std::back_inserter(said.removed),
               [&](std::uint64_t unit) { return knows_unit(unit); });
  outside_.to_daemon(said);
}

std::vector<wire::InFlight> SimCore::in_flight(const std::vector<std::size_t>& released) const {
  std::vector<wire::InFlight> checks;
  for (std::size_t at : released) {
    const Object& object = objects_[at];
    const SteadyTime steady = outside_.now().steady;
    Millis wait{0};
    if (object.running) wait = std::max(plan_.check_time - (steady - object.started), Millis{0}) + kResultAllowance;
    // What the one before us has still running is passed on.
    const bool passed_on = object.held_until && *object.held_until - steady > wait;
    if (passed_on) wait = *object.held_until - steady;
    if (wait <= Millis{0}) continue;
    checks.push_back({plan_.objects[object.plan].key, static_cast<std::uint32_t>(wait.count()), passed_on ? object.held_by : NodeId{}});
  }
  return checks;
}

// ---- the loop

void SimCore::turn() {
  const Now now = outside_.now();
  notice_stall(now.steady);
  notice_silence(now.steady);
  looked_ = std::exchange(turned_, now.steady);
  apply(side_.tick(now.steady), {});
  say_requests();
  tell_alone();
  if (linked_ && now.steady >= next_beat_) {
    next_beat_ = now.steady + plan_.nodes[life_.node].pulse_interval;
    outside_.to_daemon(wire::CoreBeat{++beats_, checks_run_, 0, 0, 0, side_.clock()});
  }
  if (!frozen_ && !in_doubt()) start_due_checks();
}

wire::Register SimCore::row_of(Object& object) const {
  return {plan_.objects[object.plan].key, wire::RegisterKind::check, object.version, object.base_ms, wire::encode(object.state)};
}

void SimCore::say_row(Object& object) {
  object.version = side_.next_version(outside_.now().wall);
  if (linked_) outside_.to_daemon(wire::CoreRows{{row_of(object)}, side_.epoch(), wire::CoreRowsKind::write, 0});
}

// ---- life and death

void SimCore::announce_busy(Millis limit) {
  stall_.saving(true, outside_.now().steady);
  if (linked_) outside_.to_daemon(wire::CoreBusy{static_cast<std::uint32_t>(limit.count()), "saving retention data"});
}

void SimCore::end_busy() {
  stall_.saving(false, outside_.now().steady);
  if (linked_) outside_.to_daemon(wire::CoreBusy{0, ""});
}

void SimCore::clock_stepped(Millis by) {
  for (Object& object : objects_) object.due_ms += by.count();
}

Retention SimCore::leave() {
  if (linked_) outside_.to_daemon(wire::CoreAway{true});
  return save();
}

Retention SimCore::save() const {
  Retention retention;
  for (const Object& object : objects_) {
    Retention::Entry& entry = retention.entries[object.plan];
    entry.state = object.state;
    if (object.state.last_check) entry.state.last_check = *object.state.last_check + object.base_ms;
    if (object.state.next_check) entry.state.next_check = *object.state.next_check + object.base_ms;
    // It knows nothing of versions.
    entry.state.last_hard_ok_hlc = entry.state.last_change_hlc = 0;
    entry.due_ms = object.due_ms;
  }
  for (const auto& [key, row] : items_) {
    if (row.rank == 0) retention.items.push_back(row);
  }
  return retention;
}

void SimCore::killed() {
  for (const Object& object : objects_) {
    if (object.running) records_.checks.killed(*object.running);
  }
}

}  // namespace merlin::sim
