#include "module/module.hpp"

#include <unistd.h>

#include <algorithm>

#include "wire/codec.hpp"

namespace merlin::neb {
namespace {

Seconds seconds(Now now) { return now.wall.time_since_epoch().count() / 1000; }

cluster::CoreSide::Settings side_settings(const config::Config& config) {
  return {config.start_hold, config.isolation_grace, config.when_isolated == config::WhenIsolated::run};
}

}  // namespace

Module::Module(Core& core, const config::Config& config, WrapFactory* wraps, std::uint64_t boot_id)
    : core_(core),
      config_(config),
      boot_id_(boot_id),
      objects_(core),
      rows_(objects_.size()),
      ownership_(objects_, side_settings(config), core.now().steady),
      inventory_(core, objects_),
      takeover_(core, objects_, rows_),
      intake_(core, objects_, rows_, ownership_, *this, config.perfdata == config::Perfdata::all),
      writer_(core, objects_, rows_, ownership_),
      link_(core, *this, config.module.daemon, wraps),
      outbox_(core, objects_, ownership_, writer_, inventory_, link_),
      pulse_(core, ticker_, waker_) {
  for (Index object = 0; object < objects_.size(); ++object) rows_.set_due(object, core.schedule(object).next_check);
}

Module::~Module() = default;

// ---- the core's callbacks

bool Module::veto_check(Index object) {
  if (ownership_.owns(object) && held_.empty()) return false;
  const Now now = core_.now();
  const Seconds wall = seconds(now);
  if (ownership_.owns(object)) {
    const auto held = held_.find(object);
    if (held == held_.end()) return false;
    if (held->second <= now.steady) return held_.erase(held), false;
    const Seconds when = wall + (held->second - now.steady).count() / 1000 + 1;
    core_.move_check(object, when, when);
    return true;
  }
  ++checks_vetoed_;
  const Seconds interval = core_.schedule(object).interval;
  if (interval <= 0) return true;  // on demand only: the demand is not ours
  const Seconds due = rows_.due(object);
  const Seconds when = parked_at(due, interval, wall);
  core_.move_check(object, when, due > wall ? due : when);
  return true;
}

void Module::check_started(Index object) {
  ++checks_run_;
  running_[object] = core_.now().steady;
  rows_.set_due(object, 0);
  takeover_.drop(object);
}

void Module::check_done(Index object, bool active, std::optional<RawResult> result) {
  if (active) running_.erase(object);
  core_.restore_event_handlers();
  if (intake_.bringing_in()) return;
  held_.erase(object);
  if (ownership_.owns(object)) {
    outbox_.mark(object);
  } else if (result) {
    result->object = objects_.key(object);
    outbox_.push(*std::move(result));
  }
  // The core has not written all of its fields yet: they are read in a later turn of its loop.
  pulse_.wake();
}

bool Module::veto_notification(Index object, bool normal) {
  if (may_act(object)) return false;
  core_.undo_notification(object, normal);
  return true;
}

void Module::row_changed(Index object) {
  if (intake_.bringing_in() || !ownership_.owns(object)) return;
  outbox_.mark(object);
  pulse_.wake();
}

void Module::state_changed(Index object) {
  if (!intake_.bringing_in() && !may_act(object)) core_.suppress_event_handlers();
}

void Module::saving(bool begins) {
  const auto limit = static_cast<std::uint32_t>(config_.busy_limit.count());
  outbox_.send(wire::CoreBusy{begins ? limit : 0, begins ? "saving retention data" : ""});
}

// Other nodes go on with the schedule from here; a reload comes back by joining.
void Module::loop_ends(bool reload) {
  outbox_.flush_all(core_.now());
  outbox_.send(wire::CoreAway{reload});
  link_.shut_down();
}

// ---- turns of the core's loop

void Module::tick() {
  pulse_.acknowledge_tick();
  const Now now = core_.now();
  core_.restore_event_handlers();
  apply(ownership_.side().tick(now.steady), {}, now);
  link_.tick(now.steady);
  if (now.steady >= next_beat_) beat(now);
  work();
}

void Module::woken() {
  pulse_.acknowledge_wake();
  core_.restore_event_handlers();
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
  const bool wrote = outbox_.step(now);
  const bool took = step_input(now);
  const bool moved = !takeover_.idle() && takeover_.step(now, 64);
  return wrote || took || moved;
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
  overdue_ = count_overdue(seconds(now));
  wire::CoreBeat beat;
  beat.number = ++beats_;
  beat.checks_run = checks_run_;
  beat.overdue = overdue_;
  beat.dirty = static_cast<std::uint32_t>(outbox_.dirty() + outbox_.waiting_results());
  beat.dropped = outbox_.dropped();
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

// ---- the link

void Module::on_link_open() {
  wire::CoreHello hello;
  hello.oldest_version = wire::kOldestProtocolVersion;
  hello.newest_version = wire::kProtocolVersion;
  hello.boot_id = boot_id_;
  hello.program = core_.program();
  hello.module_version = MERLIN_VERSION;
  hello.pid = static_cast<std::uint32_t>(::getpid());
  hello.cluster = config_.cluster;
  link_.send(wire::to_frame(hello));
}

void Module::on_link_lost(const std::string& why) {
  const Now now = core_.now();
  outbox_.stop();
  intake_.abandon();
  ownership_.side().on_daemon_lost(now.steady);
  daemon_.clear();
  if (why.empty()) return;
  const auto held = lost_limit_.admit(now.steady);
  if (!held) return;
  core_.log(LogLevel::warning,
            "no connection to the daemon at " + config_.module.daemon.text() + ": " + why + "; tried again all the time");
}

void Module::on_row(Index object) {
  held_.erase(object);
  takeover_.drop(object);
  if (ownership_.owns(object)) takeover_.add(object);
}

// ---- ownership

void Module::apply(const cluster::CoreSide::Change& change, const std::vector<wire::InFlight>& held, Now now) {
  for (const wire::InFlight& check : held) {
    const Index object = objects_.find(check.object);
    if (object == no_object) continue;
    const Millis longest = Millis(core_.check_timeout_s(object) * 1000) + kResultAllowance;
    held_[object] = now.steady + std::min(Millis(check.wait_ms), longest);
  }
  if (!change.any()) return say_mode();
  const OwnershipChange moved = ownership_.apply(change);
  for (Index object : moved.released) takeover_.drop(object);
  for (Index object : moved.taken_up) takeover_.add(object);
  wire::CoreClaims claims;
  claims.epoch = ownership_.side().epoch();
  claims.whole = change.whole;
  claims.added = change.whole ? ownership_.claims() : ownership_.known(change.added);
  claims.removed = ownership_.known(change.removed);
  claims.in_flight = in_flight(moved.released, now);
  core_.log(LogLevel::debug, "epoch " + std::to_string(claims.epoch) + ": took up " + std::to_string(moved.taken_up.size()) +
                                 " objects, released " + std::to_string(moved.released.size()) + ", " +
                                 std::to_string(claims.in_flight.size()) + " checks still running");
  outbox_.send(claims);
  say_mode();
}

std::vector<wire::InFlight> Module::in_flight(const std::vector<Index>& released, Now now) const {
  std::vector<wire::InFlight> checks;
  if (running_.empty()) return checks;
  for (Index object : released) {
    const auto started = running_.find(object);
    if (started == running_.end() || !core_.schedule(object).executing) continue;
    const Millis rest = Millis(core_.check_timeout_s(object) * 1000) - (now.steady - started->second);
    const Millis wait = std::max(rest, Millis(0)) + kResultAllowance;
    checks.push_back({objects_.key(object), static_cast<std::uint32_t>(wait.count())});
  }
  return checks;
}

void Module::say_mode() {
  using Mode = cluster::CoreSide::Mode;
  const Mode mode = ownership_.side().mode();
  if (said_mode_ == mode) return;
  const bool first = !said_mode_;
  said_mode_ = mode;
  const std::string owned = std::to_string(ownership_.hosts_owned()) + " hosts";
  if (mode == Mode::isolated) {
    core_.log(LogLevel::warning, config_.when_isolated == config::WhenIsolated::run
                                     ? "no daemon: this core runs all its checks by itself"
                                     : "no daemon: this core runs no checks (when_isolated = hold)");
  } else if (mode == Mode::following) {
    core_.log(LogLevel::info, "the cluster says what runs here: " + owned);
  } else if (mode == Mode::grace) {
    core_.log(LogLevel::warning, "the daemon is gone: what ran here goes on running");
  } else if (first) {
    core_.log(LogLevel::info, "runs nothing until the daemon says what, or for " + std::to_string(config_.start_hold.count()) + " ms");
  }
}

}  // namespace merlin::neb
