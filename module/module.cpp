#include "module/module.hpp"

#include <algorithm>
#include <stdexcept>

#include "wire/codec.hpp"

namespace merlin::neb {
namespace {

Seconds seconds(Now now) { return now.wall.time_since_epoch().count() / 1000; }

StallGuard::Settings stall_settings(const config::Config& config) {
  return {config.pulse_interval, config.core_timeout, config.busy_limit};
}

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
      schedule_watch_(core, objects_, ownership_),
      stall_(stall_settings(config), core.now().steady),
      intake_(core, objects_, rows_, ownership_, *this, config.perfdata == config::Perfdata::all),
      notifier_(core, objects_, rows_, ownership_),
      writer_(core, objects_, rows_, ownership_),
      link_(core, *this, config.module.daemon, kMissedWords * config.pulse_interval, wraps),
      outbox_(core, objects_, ownership_, writer_, inventory_, link_),
      desk_(core, objects_, rows_, ownership_, pulse_),
      commands_(core, objects_, ownership_, desk_),
      pulse_(core, ticker_, waker_) {
  if (!pulse_.running()) throw std::runtime_error("the core has no descriptors left for the module");
  outbox_.precede_initial([this] { return desk_.next_initial(); });
  unspool();
  for (Index object = 0; object < objects_.size(); ++object) rows_.set_due(object, core.schedule(object).next_check);
}

Module::~Module() {
  while (!muted_.empty()) unmute(*muted_.begin());
}

// ---- the core's callbacks

bool Module::veto_check(Index object) {
  const Now now = core_.now();
  const Seconds wall = seconds(now);
  if (ownership_.owns(object)) {
    if (in_doubt()) return put_off(object, wall + 1), true;
    const auto held = held_.find(object);
    if (held == held_.end()) return false;
    if (held->second.until <= now.steady) return held_.erase(held), false;
    if (held->second.due == 0) held->second.due = wall;
    return put_off(object, wall + (held->second.until - now.steady).count() / 1000 + 1), true;
  }
  ++checks_vetoed_;
  const Seconds interval = core_.schedule(object).interval;
  if (interval <= 0) return true;  // on demand only: the demand is not ours
  const Seconds due = rows_.due(object);
  const Seconds when = parked_at(due, interval, wall);
  core_.move_check(object, when, due > wall ? due : when);
  return true;
}

void Module::put_off(Index object, Seconds until) { core_.move_check(object, until, until); }

void Module::check_started(Index object) {
  ++checks_run_;
  running_[object] = core_.now().steady;
  rows_.set_due(object, 0);
  takeover_.drop(object);
}

void Module::check_done(Index object, bool active, std::optional<RawResult> result) {
  if (intake_.bringing_in()) return;  // another node's: a check of our own may still run
  if (active) running_.erase(object);
  core_.restore_reactions();
  unmute(object);
  held_.erase(object);
  if (ownership_.owns(object)) {
    if (!active) keep_passive(object, std::move(result));
    outbox_.mark(object);
  } else if (result) {
    result->object = objects_.key(object);
    std::string output = result->output;
    outbox_.push(*std::move(result));
    handed_on_[object] = {outbox_.last_pushed(), std::move(output)};
    // Should it be ours again before the owner has taken it, it comes back to us.
    held_[object] = {core_.now().steady + kResultAllowance, {}, 0};
  }
  // The core has not written all of its fields yet: they are read in a later turn of its loop.
  pulse_.wake();
}

// Nobody makes a passive result again. While it is not sure that this core is the owner it goes to the daemon, too: the row
// says that it is in there, so that it is handed on only where the row has lost. What waits for an owner that is gone must not
// come behind a newer one, which this core takes as the owner after it, or alone: that one stands in its place.
void Module::keep_passive(Index object, std::optional<RawResult> result) {
  if (handing_in_) return;
  const bool alone = ownership_.side().mode() == cluster::CoreSide::Mode::isolated && outbox_.waiting_results() > 0;
  std::uint64_t upto = outbox_.last_pushed();
  if (result && unsure()) {
    result->object = objects_.key(object);
    outbox_.push(*std::move(result));
    upto = outbox_.last_pushed();
  } else if (alone) {
    outbox_.supersede(objects_.key(object));
    superseded_[object] = upto;
  } else if (const auto waits = handed_on_.find(object); waits != handed_on_.end()) {
    superseded_[object] = upto = waits->second.number;
    handed_on_.erase(waits);
  } else {
    return;
  }
  rows_.mark_taken(object, {ownership_.side().node_id(), boot_id_, upto});
}

// One alert line for each event: this core's own was written as the result came in. What the owner then had of others is news.
bool Module::is_of_own_result(Index object, const wire::CheckRegister& state) {
  const auto found = handed_on_.find(object);
  if (found == handed_on_.end()) return false;
  const auto is_last = [&](const wire::TakenMark& mark) {
    return mark.taker == ownership_.side().node_id() && mark.taker_instance == boot_id_ && mark.number >= found->second.number;
  };
  if (std::none_of(state.taken.begin(), state.taken.end(), is_last)) return false;
  const bool same = found->second.output.starts_with(state.output);
  handed_on_.erase(found);
  return same;
}

// A daemon that stood still had read it all the same.
bool Module::is_superseded(Index object, const wire::ForwardedResult& forwarded) const {
  if (forwarded.taker != ownership_.side().node_id() || forwarded.taker_instance != boot_id_) return false;
  const auto found = superseded_.find(object);
  return found != superseded_.end() && forwarded.number <= found->second;
}

// A check that was over before a later one began, whose result is known (R5). A last check that is yet to come says nothing.
bool Module::is_outdated(Index object, const wire::CheckResult& result, Now now) const {
  const Seconds last_check = core_.schedule(object).last_check;
  if (result.passive || last_check > now.wall.time_since_epoch().count() / 1000) return false;
  return result.finish_ms / 1000 < last_check;
}

void Module::row_changed(Index object) {
  if (intake_.bringing_in() || !ownership_.owns(object)) return;
  outbox_.mark(object);
  pulse_.wake();
}

void Module::state_changed(Index object) {
  if (!intake_.bringing_in() && !may_act(object)) core_.suppress_reactions();
}

void Module::result_by_command(Index object) {
  if (!may_act(object)) core_.suppress_reactions();
}

// The core's own switches are what a command works on, not what the module made of them.
void Module::command_begins(std::string_view name) {
  core_.restore_reactions();
  if (find_command(name).name.find("OBSESSING") == std::string_view::npos) return;
  while (!muted_.empty()) unmute(*muted_.begin());
}

void Module::command_done(std::string_view name, std::string_view arguments) {
  core_.restore_reactions();
  notifier_.command_done();
  OperatorCommands::Done done = commands_.done(name, arguments);
  for (Index object : done.changed) row_changed(object);
  for (wire::Command& command : done.forward) outbox_.push(std::move(command));
  if (!done.forward.empty()) pulse_.wake();
}

// What happened to the object before must not look as if it came behind the acknowledgement.
void Module::acknowledged(Index object, wire::AcknowledgementRegister content) {
  outbox_.flush(core_.now());
  desk_.acknowledged(object, std::move(content));
}

void Module::saving(bool begins) {
  const auto limit = static_cast<std::uint32_t>(config_.busy_limit.count());
  stall_.saving(begins, core_.now().steady);
  outbox_.send(wire::CoreBusy{begins ? limit : 0, begins ? "saving retention data" : ""});
}

// Other nodes go on with the schedule from here; a reload comes back by joining.
void Module::loop_ends(bool reload) {
  outbox_.flush(core_.now());
  while (step_operator()) {
  }
  outbox_.send(wire::CoreAway{reload});
  spool();
  link_.shut_down();
}

}  // namespace merlin::neb
