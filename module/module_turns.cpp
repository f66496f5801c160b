// The module's own turns in the core's loop: the tick, what is to be done now, the beat.
#include <algorithm>
#include <utility>

#include "module/module.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {

void Module::tick() {
  pulse_.acknowledge_tick();
  const Now now = core_.now();
  heard_since_ = std::exchange(last_tick_, now.steady);
  core_.restore_reactions();
  notice_stall(now);
  schedule_watch_.tick(now);
  apply(ownership_.side().tick(now.steady), {}, now);
  link_.tick(now.steady);
  if (now.steady >= next_beat_) beat(now);
  work();
}

void Module::notice_stall(Now now) {
  const auto stood = stall_.turn(now.steady, beats_ + 1);
  if (!stood) return;
  next_beat_ = {};
  if (!in_doubt()) return stall_.give_up();
  core_.log(LogLevel::warning, "this core stood still for " + std::to_string(stood->count()) +
                                   " ms, and others may run what it ran: it waits for the daemon's word");
}

// A core that follows nobody has nobody to wait for.
bool Module::in_doubt() const {
  using Mode = cluster::CoreSide::Mode;
  const Mode mode = ownership_.side().mode();
  return (mode == Mode::following || mode == Mode::grace) && stall_.doubtful(core_.now().steady);
}

bool Module::unsure() const { return ownership_.side().mode() == cluster::CoreSide::Mode::grace || in_doubt(); }

void Module::woken() {
  pulse_.acknowledge_wake();
  core_.restore_reactions();
  work();
}

void Module::work() {
  const auto until = std::chrono::steady_clock::now() + kTurn;
  const Now now = core_.now();
  while (step(now)) {
    if (std::chrono::steady_clock::now() < until) continue;
    pulse_.wake();
    return;
  }
}

bool Module::step(Now now) {
  const bool wrote = step_operator() || outbox_.step(now);
  const bool took = step_input(now);
  const bool moved = !takeover_.idle() && takeover_.step(now, 64);
  const bool notified = step_notifications(now);
  return wrote || took || moved || notified;
}

// A batch of its own each time, so that the daemon can say when it is safe.
bool Module::step_operator() {
  if (!outbox_.speaks() || desk_.all_said()) return false;
  const std::uint64_t batch = outbox_.next_batch();
  outbox_.send(wire::CoreRows{desk_.take(batch), ownership_.side().epoch(), wire::CoreRowsKind::write, batch});
  return true;
}

bool Module::step_input(Now now) {
  if (!intake_.idle()) {
    if (const auto done = intake_.step(now)) outbox_.send(wire::RowsConfirmed{*done});
    return true;
  }
  if (!link_.open()) return false;
  auto frame = link_.next_frame();
  if (frame && !*frame) return false;
  const auto handled = frame ? handle(**frame, now) : Result<>(frame.error());
  if (handled) return true;
  ++garbage_;
  if (const auto held = garbage_limit_.admit(now.steady)) {
    core_.log(LogLevel::error, "what comes from the daemon at " + config_.module.daemon.text() + " is not Merlin's protocol (" +
                                   handled.error().text() + "); connection closed, " + std::to_string(*held) + " like it before");
  }
  link_.close();
  on_link_lost("");
  return false;
}

void Module::beat(Now now) {
  next_beat_ = now.steady + config_.pulse_interval;
  overdue_ = count_overdue(now.wall.time_since_epoch().count() / 1000);
  wire::CoreBeat beat;
  beat.number = ++beats_;
  beat.checks_run = checks_run_;
  beat.overdue = overdue_;
  beat.dirty = static_cast<std::uint32_t>(outbox_.dirty() + outbox_.waiting_results());
  beat.dropped = outbox_.dropped() + desk_.dropped();
  beat.hlc = ownership_.side().clock();
  outbox_.send(beat);
}

// The core moves its events by itself too (periods, parallel limits), so its own word decides.
std::uint32_t Module::count_overdue(Seconds now) {
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
