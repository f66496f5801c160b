// The agent's own turns: the tick, the work that is due, the heartbeat.
#include <algorithm>
#include <utility>

#include "module/agent/agent.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {

void Agent::tick(Now now) {
  heard_since_ = std::exchange(last_tick_, now.steady);
  core_.restore_reactions();
  notice_stall(now);
  schedule_watch_.tick(now);
  apply(ownership_.side().tick(now.steady), {}, now);
  if (now.steady >= next_heartbeat_) heartbeat(now);
}

void Agent::notice_stall(Now now) {
  const auto stood = unconfirmed_.turn(now.steady, heartbeats_ + 1);
  if (!stood) return;
  next_heartbeat_ = {};
  if (!in_doubt()) return;
  core_.log(LogLevel::warning, "this core hung for " + std::to_string(stood->count()) +
                                   " ms, and other nodes may run its checks: waiting for the daemon's answer");
}

bool Agent::work(Now now, std::size_t steps) {
  core_.restore_reactions();
  for (; steps > 0; --steps) {
    if (!step(now)) return false;
  }
  return true;
}

bool Agent::step(Now now) {
  const bool wrote = step_operator() || outbox_.step(now);
  const bool took = !intake_.idle();
  if (took) {
    contain("a row", now, [&] {
      if (const auto done = intake_.step(now)) outbox_.send(wire::RowsConfirmed{*done});
    });
  }
  const bool moved = !takeover_.idle() && takeover_.step(now, 64);
  const bool notified = step_notifications(now);
  return wrote || took || moved || notified;
}

// Each call sends a separate batch, which the daemon confirms once it is stored.
bool Agent::step_operator() {
  if (!outbox_.speaks() || operators_.all_said()) return false;
  const std::uint64_t batch = outbox_.next_batch();
  outbox_.send(wire::CoreRows{operators_.take(batch), ownership_.side().epoch(), wire::CoreRowsKind::write, batch});
  return true;
}

void Agent::heartbeat(Now now) {
  next_heartbeat_ = now.steady + config_.pulse_interval;
  overdue_ = count_overdue(now.wall.time_since_epoch().count() / 1000);
  wire::CoreHeartbeat heartbeat;
  heartbeat.number = ++heartbeats_;
  heartbeat.checks_run = checks_run_;
  heartbeat.overdue = overdue_;
  heartbeat.dirty = static_cast<std::uint32_t>(outbox_.dirty() + outbox_.waiting_results());
  heartbeat.dropped = outbox_.dropped() + operators_.dropped();
  heartbeat.hlc = ownership_.side().clock();
  outbox_.send(heartbeat);
}

// The core moves its events by itself too (periods, parallel limits), so its own schedule counts.
std::uint32_t Agent::count_overdue(Seconds now) {
  std::uint32_t count = 0;
  for (Index object = 0; object < objects_.size(); ++object) {
    const Seconds due = rows_.due(object);
    if (due == 0 || due + 1 >= now || !ownership_.owns(object)) continue;
    const Schedule schedule = core_.schedule(object);
    if (schedule.executing || !schedule.checks_enabled || schedule.interval <= 0) continue;
    if (schedule.next_check > due && !takeover_.waits(object)) rows_.set_due(object, schedule.next_check);
    if (rows_.due(object) + 1 < now) ++count;
  }
  return count;
}

}  // namespace merlin::neb
