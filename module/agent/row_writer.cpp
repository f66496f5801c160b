#include "module/agent/row_writer.hpp"

#include <algorithm>
#include <string>

#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/fit.hpp"
#include "shared/wire/limits.hpp"

namespace merlin::neb {
namespace {

constexpr std::int32_t kHard = 1;

std::int64_t wall_ms(Now now) { return now.wall.time_since_epoch().count(); }

// 0 means "no version at all", so an earlier time counts as the first.
std::uint64_t clock_of(const std::optional<std::int64_t>& offset, std::int64_t base_ms) {
  if (!offset) return 0;
  return std::max<std::uint64_t>(1, cluster::hlc_of(WallTime(Millis(base_ms + *offset))));
}

// Fields that Nagios writes only after it has reported the result (checks.c).
void complete(wire::CheckRegister& state) {
  state.has_been_checked = true;
  if (state.state_type == kHard) state.last_hard_state = state.current_state;
}

}  // namespace

wire::CheckRegister RowWriter::read(Index object, Now now) {
  wire::CheckRegister state = core_.read(object, wall_ms(now));
  if (state.output.size() + state.long_output.size() + state.perf_data.size() > wire::kMaxPluginBytes) report_truncated(object);
  wire::fit(state, wall_ms(now));
  return state;
}

void RowWriter::report_truncated(Index object) {
  if (!truncated_.insert(object).second) return;
  core_.log(LogLevel::warning, "the plugin output of " + display_name(core_, objects_, object) +
                                   " is too long: the other nodes get its first " + std::to_string(wire::kMaxPluginBytes / 1024) +
                                   " KiB; shorten the plugin's output");
}

wire::Register RowWriter::write(Index object, Now now) {
  wire::CheckRegister state = read(object, now);
  state.logged_as = wire::LoggedAs::nothing;
  return stamp(object, now, state);
}

wire::Register RowWriter::write_alert(Index object, Now now, const Alert& alert) {
  wire::CheckRegister state = read(object, now);
  complete(state);
  state.logged_as = alert.hard ? wire::LoggedAs::hard : wire::LoggedAs::soft;
  state.logged_attempt = static_cast<std::uint32_t>(std::clamp(alert.attempt, 1, wire::kMaxAttempt));
  wire::Register row = stamp(object, now, state);
  row.alert = true;
  return row;
}

wire::Register RowWriter::stamp(Index object, Now now, wire::CheckRegister& state) {
  const wire::Version version = ownership_.side().next_version(now.wall);
  const int before = rows_.last_state(object) >= 0 ? rows_.last_state(object) : state.last_state;
  const bool hard_ok = state.current_state == 0 && state.state_type == kHard;
  rows_.set_clocks(object, hard_ok ? version.hlc : rows_.last_hard_ok(object),
                   before != state.current_state ? version.hlc : rows_.last_change(object));
  rows_.set_last_state(object, state.current_state);
  rows_.set_version(object, version);
  if (state.next_check) rows_.set_due(object, (wall_ms(now) + *state.next_check) / 1000);
  return encode(object, now, state);
}

wire::Register RowWriter::known(Index object, Now now) {
  wire::CheckRegister state = read(object, now);
  if (!rows_.known(object)) adopt_retained(object, state, wall_ms(now));
  return encode(object, now, state);
}

void RowWriter::adopt_retained(Index object, const wire::CheckRegister& state, std::int64_t base_ms) {
  const std::uint64_t checked = std::max<std::uint64_t>(1, clock_of(state.last_check, base_ms));
  const bool hard_ok = state.current_state == 0 && state.state_type == kHard;
  rows_.set_version(object, {0, 0, checked, ownership_.side().node_id()});
  rows_.set_clocks(object, hard_ok ? checked : clock_of(state.last_time_state_0, base_ms), clock_of(state.last_state_change, base_ms));
  rows_.set_last_state(object, state.current_state);
}

wire::Register RowWriter::encode(Index object, Now now, wire::CheckRegister& state) const {
  state.last_hard_ok_hlc = rows_.last_hard_ok(object);
  state.last_change_hlc = rows_.last_change(object);
  state.taken = rows_.taken(object);
  // The core's own next check of an object that it does not own is a fallback: the row contains the owner's time.
  if (!ownership_.owns(object) && rows_.due(object) != 0) state.next_check = rows_.due(object) * 1000 - wall_ms(now);
  wire::Register row;
  row.object = objects_.key(object);
  row.version = rows_.version(object);
  row.base_ms = wall_ms(now);
  row.value = wire::encode(state);
  return row;
}

}  // namespace merlin::neb
