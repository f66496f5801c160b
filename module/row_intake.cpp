#include "module/row_intake.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {
Seconds parked_at(Seconds due, Seconds interval, Seconds now) { return std::max(due, now) + std::max<Seconds>(interval, 1); }

RowIntake::RowIntake(Core& core, const Objects& objects, RowTable& rows, Ownership& ownership, RowListener& listener, bool perfdata)
    : core_(core), objects_(objects), rows_(rows), ownership_(ownership), listener_(listener), perfdata_(perfdata) {}

void RowIntake::set_name(const NodeId& node, const std::string& name) {
  const auto known = names_.find(node);
  if (known == names_.end() || name != known->second) names_[node] = core_.keep(name);
}

const char* RowIntake::name_of(const NodeId& node) {
  const auto known = names_.find(node);
  if (known != names_.end()) return known->second;
  return names_[node] = core_.keep(node.short_hex());
}

void RowIntake::begin(wire::RowsToCore batch) {
  MERLIN_ASSERT(!batch_);
  batch_ = std::move(batch);
  next_ = 0;
}

std::optional<std::uint64_t> RowIntake::step(Now now) {
  const std::size_t imposed = batch_->imposed.size();
  // The older state first: what is imposed tells nobody, what is live then shows the change.
  if (next_ < imposed) {
    bring_in(batch_->imposed[next_], false, now);
  } else if (next_ < imposed + batch_->live.size()) {
    bring_in(batch_->live[next_ - imposed], true, now);
  }
  if (++next_ < imposed + batch_->live.size()) return std::nullopt;
  const std::uint64_t number = batch_->batch;
  batch_.reset();
  return number;
}

void RowIntake::bring_in(const wire::Register& row, bool live, Now now) {
  if (row.kind != wire::RegisterKind::check) return listener_.on_operator_row(row, live);
  const Index object = objects_.find(row.object);
  if (object == no_object) return;
  const auto order = row.version <=> rows_.version(object);
  // The same row again is imposed where the core itself may have changed its fields since.
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
  rows_.set_last_state(object, state->current_state);
  const bool known = listener_.is_of_own_result(object, *state);
  rows_.set_taken(object, std::move(state->taken));
  // Written before the clock was put back: a core looks at no host whose last check is still to come.
  const std::int64_t base_ms = std::min(row.base_ms, now.wall.time_since_epoch().count());
  bringing_in_ = true;
  core_.bring_in(object, *state, {live, known, live && perfdata_, name_of(row.version.writer), base_ms});
  bringing_in_ = false;
  schedule(object, *state, base_ms, now);
  listener_.on_row(object, order > 0);
  ++applied_;
}

// The owner's clock may be wrong by hours: its times are taken within one interval from now.
void RowIntake::schedule(Index object, const wire::CheckRegister& state, std::int64_t base_ms, Now now) {
  if (!state.next_check) return;
  const Schedule schedule = core_.schedule(object);
  const Seconds wall = now.wall.time_since_epoch().count() / 1000;
  const Seconds next = (base_ms + *state.next_check) / 1000;
  const bool scheduled = state.should_be_scheduled && schedule.checks_enabled && schedule.interval > 0;
  const Seconds due = scheduled ? std::min(next, wall + schedule.interval) : 0;
  rows_.set_due(object, due);
  // An object of our own goes on as the listener says.
  if (!scheduled || schedule.executing || ownership_.owns(object)) return;
  core_.move_check(object, parked_at(due, schedule.interval, wall), next);
}

}  // namespace merlin::neb
