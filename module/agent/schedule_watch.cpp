#include "module/agent/schedule_watch.hpp"

#include <algorithm>
#include <utility>

namespace merlin::neb {

void ScheduleWatch::tick(Now now) {
  const Millis ahead = now.wall.time_since_epoch() - now.steady.time_since_epoch();
  const Millis before = std::exchange(ahead_, ahead).value_or(ahead);
  if (std::chrono::abs(ahead - before) >= kJump) until_ = now.steady + kLooksFor;
  if (now.steady >= until_ || objects_.size() == 0) return;
  const Seconds wall = now.wall.time_since_epoch().count() / 1000;
  for (Index count = std::min<Index>(objects_.size(), kObjectsATick); count > 0; --count) {
    next_ = next_ + 1 < objects_.size() ? next_ + 1 : 0;
    look(next_, wall);
  }
}

// Outside of its period the core finds the next permitted time by itself.
void ScheduleWatch::look(Index object, Seconds wall) {
  if (!ownership_.owns(object)) return;
  const Schedule schedule = core_.schedule(object);
  if (schedule.executing || !schedule.checks_enabled || schedule.interval <= 0) return;
  // A core skips a host whose last check is younger than its horizon, which includes a last check in the future.
  if (schedule.last_check > wall) core_.correct_last_check(object, wall);
  const Seconds latest = wall + schedule.interval;
  if (schedule.next_check > latest + 1) core_.move_check(object, latest, latest);
}

}  // namespace merlin::neb
