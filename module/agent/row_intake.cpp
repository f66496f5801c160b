#include "module/agent/row_intake.hpp"

#include <algorithm>

#include "module/agent/flag_scope.hpp"
#include "shared/cluster/interface/mutants.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {
namespace {

using cluster::kMutant;
using cluster::Mutant;

wire::CheckResult as_result(const wire::CheckRegister& state, std::int64_t base_ms) {
  wire::CheckResult result;
  result.passive = state.passive;
  result.return_code = state.current_state;
  result.start_ms = result.finish_ms = base_ms + state.last_check.value_or(0);
  result.output = state.output;
  return result;
}

std::optional<Alert> alert_of(const wire::CheckRegister& state) {
  if (state.logged_as != wire::LoggedAs::soft && state.logged_as != wire::LoggedAs::hard) return std::nullopt;
  return Alert{state.logged_as == wire::LoggedAs::hard, static_cast<int>(std::max(1U, state.logged_attempt)), !state.passive};
}

wire::Notification problem_of(const ObjectKey& object) {
  wire::Notification notification;
  notification.object = object;
  return notification;
}

}  // namespace

Seconds parked_at(Seconds due, Seconds interval, Seconds now) { return std::max(due, now) + std::max<Seconds>(interval, 1); }

RowIntake::RowIntake(Core& core, const Objects& objects, RowTable& rows, Ownership& ownership, RowListener& listener, bool perfdata)
    : core_(core), objects_(objects), rows_(rows), ownership_(ownership), listener_(listener), perfdata_(perfdata) {}

void RowIntake::set_name(const NodeId& node, const std::string& name) {
  const auto known = names_.find(node);
  if (names_.size() >= kMostNames || (known != names_.end() && name == known->second)) return;
  names_[node] = core_.keep(name);
}

const char* RowIntake::name_of(const NodeId& node) {
  const auto known = names_.find(node);
  if (known != names_.end()) return known->second;
  // The core keeps names until the process ends; no cluster has so many nodes.
  if (names_.size() >= kMostNames) return "unknown";
  return names_[node] = core_.keep(node.short_hex());
}

void RowIntake::begin(wire::RowsToCore batch) {
  batch_ = std::move(batch);
  next_ = 0;
}

std::optional<std::uint64_t> RowIntake::step(Now now) {
  const std::size_t imposed = batch_->imposed.size();
  // A row that fails with an error is not retried.
  const std::size_t place = next_++;
  // Older states first: they are set silently; the live rows then show the change.
  if (place < imposed) {
    bring_in(batch_->imposed[place], false, now);
  } else if (place < imposed + batch_->live.size()) {
    bring_in(batch_->live[place - imposed], true, now);
  }
  if (next_ < imposed + batch_->live.size()) return std::nullopt;
  const std::uint64_t number = batch_->batch;
  batch_.reset();
  return number;
}

void RowIntake::bring_in(const wire::Register& row, bool live, Now now) {
  if (row.kind != wire::RegisterKind::check) return listener_.on_operator_row(row, live);
  const Index object = objects_.find(row.object);
  if (object == kNoObject) return;
  const auto order = row.version <=> rows_.version(object);
  // The same row is applied silently again if the core itself may have changed its fields since.
  if (order < 0 || (order == 0 && live)) {
    ++ignored_;
    return;
  }
  auto state = wire::decode<wire::CheckRegister>(row.value);
  if (!state || !rows_.set_version(object, row.version)) {
    ++ignored_;
    return;
  }
  ownership_.side().observe(row.version);
  rows_.set_clocks(object, state->last_hard_ok_hlc, state->last_change_hlc);
  // A row that no result caused (but a notification, say) is no news, even if a result of this core has changed the state meanwhile.
  const bool same_state = state->logged_as == wire::LoggedAs::nothing && rows_.last_state(object) == state->current_state;
  rows_.set_last_state(object, state->current_state);
  const bool known = listener_.is_of_own_result(object, *state) || same_state;
  rows_.set_taken(object, std::move(state->taken));
  // The writer's clock may have been put back since: a core checks no host whose last check is in the future.
  const std::int64_t base_ms = std::min(row.base_ms, now.wall.time_since_epoch().count());
  {
    const FlagScope scope(bringing_in_);
    if (kMutant == Mutant::replayed) core_.process_result(object, as_result(*state, base_ms), name_of(row.version.writer));
    const wire::Notification problem = problem_of(row.object);
    if (kMutant == Mutant::notify_on_sync && !live) core_.notify(object, {problem});
    const bool logged_unknown = state->logged_as == wire::LoggedAs::unknown;
    const Showing showing{live, known, live && perfdata_, name_of(row.version.writer), base_ms, alert_of(*state), logged_unknown};
    if (kMutant != Mutant::replayed) core_.bring_in(object, *state, showing);
  }
  schedule(object, *state, base_ms, now);
  listener_.on_row(object, order > 0);
  ++applied_;
}

// The owner's clock may be wrong by hours: its times are limited to one interval from now.
void RowIntake::schedule(Index object, const wire::CheckRegister& state, std::int64_t base_ms, Now now) {
  if (!state.next_check) return;
  const Schedule schedule = core_.schedule(object);
  const Seconds wall = now.wall.time_since_epoch().count() / 1000;
  const Seconds next = (base_ms + *state.next_check) / 1000;
  const bool scheduled = state.should_be_scheduled && schedule.checks_enabled && schedule.interval > 0;
  const Seconds due = scheduled ? std::min(next, wall + schedule.interval) : 0;
  rows_.set_due(object, due);
  // The listener schedules the objects that this core owns.
  if (!scheduled || schedule.executing || ownership_.owns(object)) return;
  core_.move_check(object, parked_at(due, schedule.interval, wall), next);
}

}  // namespace merlin::neb
