// What a change of ownership means for the core, and what is said of it.
#include <algorithm>

#include "module/module.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {

void Module::apply(const cluster::CoreSide::Change& change, const std::vector<wire::InFlight>& held, Now now) {
  for (const wire::InFlight& check : held) {
    const Index object = objects_.find(check.object);
    if (object != no_object) hold(object, check, now.steady);
  }
  if (!change.any()) return say_mode();
  const OwnershipChange moved = ownership_.apply(change);
  // Held back alone, a core owns nothing, and keeps what it would have told.
  if (ownership_.side().mode() == cluster::CoreSide::Mode::following) notifier_.drop_unowned();
  for (Index object : moved.released) takeover_.drop(object);
  for (Index object : moved.taken_up) {
    unmute(object);
    takeover_.add(object);
  }
  wire::CoreClaims claims;
  claims.epoch = ownership_.side().epoch();
  claims.whole = change.whole;
  claims.added = change.whole ? ownership_.claims() : ownership_.known(change.added);
  claims.removed = ownership_.known(change.removed);
  claims.in_flight = in_flight(moved.released, now);
  for (Index object : moved.released) {
    if (runs_here(object)) mute(object);
  }
  core_.log(LogLevel::debug, "epoch " + std::to_string(claims.epoch) + ": took up " + std::to_string(moved.taken_up.size()) +
                                 " objects, released " + std::to_string(moved.released.size()) + ", " +
                                 std::to_string(claims.in_flight.size()) + " checks still running");
  outbox_.send(claims);
  say_mode();
}

// Until the result of the one before us has come.
void Module::hold(Index object, const wire::InFlight& check, SteadyTime now) {
  if (check.wait_ms == 0) return hold_no_longer(object);
  const Millis longest = Millis(core_.check_timeout_s(object) * 1000) + kResultAllowance;
  Held& held = held_[object];
  held.until = now + std::min(Millis(check.wait_ms), longest);  // the last word counts: an earlier wait may be over unseen
  held.runner = check.runner;
}

// What was put off meanwhile is overdue since then.
void Module::hold_no_longer(Index object) {
  const auto held = held_.find(object);
  if (held == held_.end()) return;
  if (held->second.due != 0 && ownership_.owns(object)) {
    rows_.set_due(object, held->second.due);
    takeover_.add(object);
  }
  held_.erase(held);
}

bool Module::runs_here(Index object) const { return running_.contains(object) && core_.schedule(object).executing; }

// What runs here, and what the one before us has still running: it is passed on.
std::vector<wire::InFlight> Module::in_flight(const std::vector<Index>& released, Now now) const {
  std::vector<wire::InFlight> checks;
  if (running_.empty() && held_.empty()) return checks;
  for (Index object : released) {
    Held last;
    if (runs_here(object)) {
      const Millis rest = Millis(core_.check_timeout_s(object) * 1000) - (now.steady - running_.at(object));
      last.until = now.steady + std::max(rest, Millis{0}) + kResultAllowance;
    }
    const auto held = held_.find(object);
    if (held != held_.end() && held->second.until > last.until) last = held->second;
    const Millis wait = last.until - now.steady;
    if (wait > Millis{0}) checks.push_back({objects_.key(object), static_cast<std::uint32_t>(wait.count()), last.runner});
  }
  return checks;
}

void Module::say_mode() {
  using Mode = cluster::CoreSide::Mode;
  const Mode mode = ownership_.side().mode();
  if (said_mode_ == mode) return;
  const bool first = !said_mode_;
  said_mode_ = mode;
  if (mode == Mode::isolated) {
    stall_.give_up();
    core_.log(LogLevel::warning, config_.when_isolated == config::WhenIsolated::run
                                     ? "no daemon: this core runs all its checks by itself"
                                     : "no daemon: this core runs no checks (when_isolated = hold)");
  } else if (mode == Mode::following) {
    core_.log(LogLevel::info, "the daemon says what runs here");
  } else if (mode == Mode::grace) {
    core_.log(LogLevel::warning, "the daemon is gone: what ran here goes on running");
  } else if (first) {
    core_.log(LogLevel::info, "runs nothing until the daemon says what, or for " + std::to_string(config_.start_hold.count()) + " ms");
  }
}

// The core asks nobody before it obsesses over a result.
void Module::mute(Index object) {
  if (!core_.obsesses(object)) return;
  core_.set_obsesses(object, false);
  muted_.insert(object);
}

void Module::unmute(Index object) {
  if (muted_.erase(object) > 0) core_.set_obsesses(object, true);
}

}  // namespace merlin::neb
