// Applies a change of ownership to the core, and reports it to the daemon.
#include <algorithm>

#include "module/agent/agent.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {

void Agent::apply(const cluster::CoreSide::Change& change, const std::vector<wire::InFlight>& held, Now now) {
  for (const wire::InFlight& check : held) {
    const Index object = objects_.find(check.object);
    if (object != kNoObject) wait_for(object, check, now);
  }
  if (!change.any()) return say_mode();
  const OwnershipChange moved = ownership_.apply(change);
  // A core that runs nothing because it is isolated keeps its requests.
  if (ownership_.side().mode() == cluster::CoreSide::Mode::following) notifier_.drop_unowned();
  for (Index object : moved.released) takeover_.drop(object);
  for (Index object : moved.taken_up) {
    takeover_.add(object);
  }
  wire::CoreClaims claims;
  claims.epoch = ownership_.side().epoch();
  claims.whole = change.whole;
  claims.added = change.whole ? ownership_.claims() : ownership_.known(change.added);
  claims.removed = ownership_.known(change.removed);
  claims.in_flight = held_.in_flight(moved.released, now.steady);
  core_.log(LogLevel::debug, "epoch " + std::to_string(claims.epoch) + ": started to run " + std::to_string(moved.taken_up.size()) +
                                 " objects, released " + std::to_string(moved.released.size()) + ", " +
                                 std::to_string(claims.in_flight.size()) + " checks still running");
  outbox_.send(claims);
  say_mode();
}

// Holds the check until the previous owner's result arrives. A check that was put off meanwhile counts as overdue since then.
void Agent::wait_for(Index object, const wire::InFlight& check, Now now) {
  if (check.wait_ms > 0) return held_.wait_for(object, check, now.steady);
  const Seconds due = held_.release(object);
  if (due == 0 || !ownership_.owns(object)) return;
  rows_.set_due(object, due);
  takeover_.add(object);
}

void Agent::say_mode() {
  using Mode = cluster::CoreSide::Mode;
  const Mode mode = ownership_.side().mode();
  if (said_mode_ == mode) return;
  const bool first = !said_mode_;
  said_mode_ = mode;
  if (mode == Mode::isolated) {
    unconfirmed_.give_up();
    core_.log(LogLevel::warning, config_.when_isolated == config::WhenIsolated::run
                                     ? "no daemon: this core runs all its checks itself"
                                     : "no daemon: this core runs no checks (when_isolated = hold)");
  } else if (mode == Mode::following) {
    core_.log(LogLevel::info, "merlind decides which checks run here");
  } else if (mode == Mode::grace) {
    core_.log(LogLevel::warning, "the daemon is lost: continuing the checks that run here");
  } else if (first) {
    core_.log(LogLevel::info, "waiting up to " + std::to_string(config_.start_hold.count()) + " ms for merlind before running checks");
  }
}

}  // namespace merlin::neb
