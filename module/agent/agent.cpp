#include "module/agent/agent.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "module/agent/command_times.hpp"
#include "shared/cluster/interface/mutants.hpp"
#include "shared/wire/fit.hpp"
#include "shared/wire/limits.hpp"

namespace merlin::neb {
namespace {

constexpr std::size_t kLoggedCommandBytes = 300;  // of a rejected command

Seconds seconds(Now now) { return now.wall.time_since_epoch().count() / 1000; }

StallGuard::Settings stall_settings(const config::Config& config) {
  return {config.pulse_interval, config.core_timeout, config.busy_limit};
}

cluster::CoreSide::Settings side_settings(const config::Config& config) {
  return {config.start_hold, config.isolation_grace, config.when_isolated == config::WhenIsolated::run};
}

}  // namespace

Agent::Agent(Core& core, Driver& driver, const config::Config& config, std::uint64_t boot_id)
    : core_(core),
      driver_(driver),
      config_(config),
      boot_id_(boot_id),
      objects_(core),
      rows_(objects_.size()),
      ownership_(objects_, side_settings(config), core.now().steady),
      inventory_(core, objects_),
      takeover_(core, objects_, rows_),
      schedule_watch_(core, objects_, ownership_),
      intake_(core, objects_, rows_, ownership_, *this, config.perfdata == config::Perfdata::all),
      notifier_(core, objects_, rows_, ownership_, kNotifyAllowance + kNotifyPulses * config.pulse_interval),
      logged_elsewhere_(core.now().steady),
      writer_(core, objects_, rows_, ownership_),
      outbox_(core, objects_, ownership_, writer_, inventory_, driver),
      held_(core, objects_),
      unconfirmed_(objects_, ownership_, outbox_, boot_id_, stall_settings(config), core.now().steady),
      operators_(core, objects_, rows_, ownership_, driver),
      commands_(core, objects_, ownership_, operators_) {
  if (const wire::Rejects& left_out = objects_.left_out(); !left_out.empty()) {
    core_.log(LogLevel::error, "Merlin leaves out " + std::to_string(left_out.total()) +
                                   " hosts and services: no node checks those hosts, and the state of those services is not shared (" +
                                   left_out.what() + "); shorten the names");
  }
  outbox_.precede_initial([this] { return operators_.next_initial(); });
  for (Index object = 0; object < objects_.size(); ++object) rows_.set_due(object, core.schedule(object).next_check);
}

// ---- the core's callbacks

bool Agent::veto_check(Index object) {
  const Now now = core_.now();
  const Seconds wall = seconds(now);
  if (ownership_.owns(object)) {
    if (in_doubt()) return put_off(object, wall + 1), true;
    const auto wait = held_.wait(object, now);
    if (!wait) return false;
    return put_off(object, wall + wait->count() / 1000 + 1), true;
  }
  ++checks_vetoed_;
  const Seconds interval = core_.schedule(object).interval;
  if (interval <= 0) return true;  // checked on demand only, and the owner decides about that
  const Seconds due = rows_.due(object);
  const Seconds when = parked_at(due, interval, wall);
  core_.move_check(object, when, due > wall ? due : when);
  return true;
}

void Agent::put_off(Index object, Seconds until) { core_.move_check(object, until, until); }

void Agent::check_started(Index object) {
  ++checks_run_;
  held_.started(object, core_.now().steady);
  rows_.set_due(object, 0);
  takeover_.drop(object);
}

void Agent::check_done(Index object, bool active, std::optional<RawResult> result) {
  if (intake_.bringing_in()) return;  // a row of another node; this core's own check may still run
  if (result && result->output.size() > wire::kMaxResultBytes) writer_.report_truncated(object);
  if (result) wire::fit(*result);
  if (active) held_.finished(object);
  core_.restore_reactions();
  if (!reacts(object, active)) {
    core_.suppress_perfdata();
  } else if (obsessed_ != object) {
    core_.obsess(object);
  }
  obsessed_ = kNoObject;
  held_.release(object);
  if (result) result->object = objects_.key(object);
  const std::optional<Alert> alert = take_logged(object);
  if (!objects_.is_shared(object)) return;
  if (ownership_.owns(object)) {
    if (!active) keep_passive(object, std::move(result));
    if (active) takeover_.renew(object);  // it is no longer overdue
    // The next result may arrive before the next turn, so an alert is written at once. Otherwise the newest state is enough: a later
    // turn reads it, when the core has written all of its fields.
    const bool is_news = alert && cluster::kMutant != cluster::Mutant::alerts_replaced;
    is_news ? outbox_.alert(object, writer_.write_alert(object, core_.now(), *alert), core_.now()) : outbox_.mark(object);
  } else if (result) {
    const auto contained = unconfirmed_.forward(object, *std::move(result), alert.has_value());
    if (contained) rows_.lower_taken(object, boot_id_, *contained);
    held_.wait_for_own_result(object, core_.now().steady);
  }
  driver_.wake();
}

std::optional<Alert> Agent::take_logged(Index object) {
  const auto logged = std::exchange(logged_, std::nullopt);
  return logged && logged->first == object ? std::optional(logged->second) : std::nullopt;
}

void Agent::keep_passive(Index object, std::optional<RawResult> result) {
  if (handing_in_) return;
  const auto upto = unconfirmed_.applied_passive(object, std::move(result), core_.now().steady);
  if (upto) rows_.mark_taken(object, {ownership_.side().node_id(), boot_id_, *upto});
}

// Whether the check ended before a later one began whose result is known (R5). A last check in the future proves nothing.
bool Agent::is_outdated(Index object, const wire::CheckResult& result, Now now) const {
  const Seconds last_check = core_.schedule(object).last_check;
  if (result.passive || last_check > now.wall.time_since_epoch().count() / 1000) return false;
  return result.finish_ms / 1000 < last_check;
}

void Agent::row_changed(Index object) {
  if (intake_.bringing_in() || !ownership_.owns(object)) return;
  outbox_.mark(object);
  driver_.wake();
}

// Only the owner reacts to a result, no matter how the result reached this core. A passive one that arrives while the ownership
// is unconfirmed also goes to the daemon: if another node owns the object by now, that node reacts.
bool Agent::reacts(Index object, bool active) const { return ownership_.owns(object) && (active || may_act(object)); }

// Before check_done(), the core makes a recovery a hard state at its first attempt. The obsess command gets the earlier state.
void Agent::state_changed(Index object, const Alert& alert) {
  if (intake_.bringing_in()) return;
  logged_ = {object, alert};
  if (!may_act(object)) core_.suppress_event_handlers();
  if (ownership_.owns(object) && alert.hard) notifier_.hard_state(object, core_.now());
  if (!reacts(object, alert.active)) return;
  core_.obsess(object);
  obsessed_ = object;
}

void Agent::alert_logged(Index object, const Alert& alert) {
  // If the core reacts to the result, state_changed() has reported it already, as it was before a recovery became hard.
  if (!intake_.bringing_in() && !logged_) logged_ = {object, alert};
}

bool Agent::refuses_command(std::string_view name, std::string_view arguments, std::int64_t given_s) {
  const auto wrong = wrong_time(name, arguments, given_s);
  if (!wrong) return false;
  if (const auto held = wrong_time_limit_.admit(core_.now().steady)) {
    core_.log(LogLevel::warning, "refused the command " + std::string(name) + ";" + std::string(arguments.substr(0, kLoggedCommandBytes)) +
                                     ": " + *wrong +
                                     (*held > 0 ? "; refused " + std::to_string(*held) + " similar commands before" : std::string()));
  }
  return true;
}

// A command sees the core's own settings, not those that the module has suppressed.
void Agent::command_begins(std::string_view name) {
  core_.restore_reactions();
  const CommandClass kind = find_command(name).kind;
  operators_.command_begins(kind == CommandClass::result || kind == CommandClass::each);
}

void Agent::command_done(std::string_view name, std::string_view arguments, bool carried_out) {
  core_.restore_reactions();
  operators_.command_ends();
  notifier_.command_done();
  if (!carried_out) return;
  OperatorCommands::Done done = commands_.done(name, arguments);
  for (Index object : done.changed) row_changed(object);
  for (wire::Command& command : done.forward) outbox_.push(std::move(command));
  if (!done.forward.empty()) driver_.wake();
}

// Earlier events of the object must have an earlier version than the acknowledgement.
void Agent::acknowledged(Index object, wire::AcknowledgementRegister content) {
  outbox_.flush(core_.now());
  operators_.acknowledged(object, std::move(content));
}

void Agent::saving(bool begins) {
  core_.restore_reactions();
  const auto limit = static_cast<std::uint32_t>(config_.busy_limit.count());
  unconfirmed_.saving(begins, core_.now().steady);
  outbox_.send(wire::CoreBusy{begins ? limit : 0, begins ? "saving retention data" : ""});
}

}  // namespace merlin::neb
