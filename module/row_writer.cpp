#include "module/row_writer.hpp"

#include <algorithm>

#include "cluster/versions.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {
namespace {

constexpr std::int32_t kHard = 1;

std::int64_t wall_ms(Now now) { return now.wall.time_since_epoch().count(); }

// 0 means "no version at all", so a moment that long ago counts as the first.
std::uint64_t clock_of(const std::optional<std::int64_t>& offset, std::int64_t base_ms) {
  if (!offset) return 0;
  return std::max<std::uint64_t>(1, cluster::hlc_of(WallTime(Millis(base_ms + *offset))));
}

}  // namespace

wire::Register RowWriter::write(Index object, Now now) {
  wire::CheckRegister state = core_.read(object, wall_ms(now));
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
  wire::CheckRegister state = core_.read(object, wall_ms(now));
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
  // What this core shows of an object that it does not run is when it would look at it itself: the row's time is the owner's.
  if (!ownership_.owns(object) && rows_.due(object) != 0) state.next_check = rows_.due(object) * 1000 - wall_ms(now);
  wire::Register row;
  row.object = objects_.key(object);
  row.version = rows_.version(object);
  row.base_ms = wall_ms(now);
  row.value = wire::encode(state);
  return row;
}

}  // namespace merlin::neb
