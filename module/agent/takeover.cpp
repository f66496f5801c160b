#include "module/agent/takeover.hpp"

#include <algorithm>

namespace merlin::neb {

Takeover::Takeover(Core& core, const Objects& objects, RowTable& rows)
    : core_(core),
      objects_(objects),
      rows_(rows),
      measured_rate_(measure()),
      rate_(measured_rate_),
      waiting_(objects.size(), not_waiting) {}

void Takeover::set_rate(double rate) { rate_ = rate > 0 ? rate : measured_rate_; }

double Takeover::measure() const {
  double sum = 0;
  for (Index object = 0; object < objects_.size(); ++object) {
    const Schedule schedule = core_.schedule(object);
    if (schedule.checks_enabled && schedule.interval > 0) sum += 1.0 / static_cast<double>(schedule.interval);
  }
  return std::max(kSlowestRate, 4 * sum);
}

void Takeover::add(Index object) {
  if (waiting_[object] != not_waiting) return;
  waiting_[object] = for_its_time;
  fresh_.push_back(object);
}

void Takeover::recheck(Index object) {
  if (waiting_[object] == for_recheck) return;
  waiting_[object] = for_recheck;
  fresh_.push_back(object);
}

void Takeover::renew(Index object) {
  if (waiting_[object] == for_its_time) drop(object);
}

bool Takeover::step(Now now, std::size_t moves) {
  const Seconds wall = now.wall.time_since_epoch().count() / 1000;
  const double elapsed_s = static_cast<double>((now.steady - last_step_).count()) / 1000;
  last_step_ = now.steady;
  // No burst follows, however long the loop hung.
  tokens_ = std::min(tokens_ + elapsed_s * rate_, std::max(rate_ * kBurstSeconds, 1.0));

  for (; moves > 0 && next_fresh_ < fresh_.size(); --moves) place(fresh_[next_fresh_++], wall);
  if (next_fresh_ < fresh_.size()) return true;
  fresh_.clear();
  next_fresh_ = 0;

  while (moves > 0 && tokens_ >= 1 && !overdue_.empty()) {
    const Index object = overdue_.top().object;
    overdue_.pop();
    if (waiting_[object] == not_waiting) continue;
    run(object, wall);
    tokens_ -= 1;
    --moves;
  }
  return moves == 0 && tokens_ >= 1 && !overdue_.empty();
}

void Takeover::place(Index object, Seconds now) {
  if (waiting_[object] == not_waiting) return;
  Schedule schedule = core_.schedule(object);
  // The clock was put back: a core starts no check of a host whose last check is in the future.
  if (schedule.last_check > now) core_.correct_last_check(object, schedule.last_check = now);
  // A running check finishes; an object that the core does not schedule stays unscheduled.
  if (schedule.executing || !schedule.checks_enabled || schedule.interval <= 0) return drop(object);
  const Seconds due = rows_.due(object) != 0 ? rows_.due(object) : schedule.next_check;
  if (waiting_[object] == for_recheck) return overdue_.push({schedule.last_check, object});
  if (due == 0) return drop(object);
  if (due <= now) return overdue_.push({due, object});
  // Limits the time in case the last owner's clock was ahead.
  const Seconds when = std::min(due, now + schedule.interval);
  core_.move_check(object, when, when);
  drop(object);
}

// The core would skip a host that was checked a moment ago, and postpone it by an interval, so it is run when the core permits it.
void Takeover::run(Index object, Seconds now) {
  drop(object);
  Seconds when = now;
  if (objects_.is_host(object)) when = std::max(now, core_.schedule(object).last_check + core_.host_cache_horizon());
  core_.move_check(object, when, when);
}

}  // namespace merlin::neb
