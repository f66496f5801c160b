// The model core's objects, check queue and clock.
#include "tests/sim/model_core.hpp"

#include <algorithm>

#include "module/agent/agent.hpp"
#include "shared/base/hash.hpp"

namespace merlin::sim {
namespace {

// time_change_threshold of Nagios.
constexpr Seconds kTimeChangeThreshold = 900;
// cached_host_check_horizon: shorter than any check interval here.
constexpr Seconds kHostCacheHorizon = 3;

}  // namespace

ModelCore::ModelCore(const Plan& plan, const CoreLife& life, const Retention& retention, Records& records, Environment environment)
    : plan_(plan), life_(life), records_(records), environment_(std::move(environment)), operators_(*this), last_time_(seconds()) {
  const auto& knows = plan.nodes[life.node].knows;
  for (const bool hosts : {true, false}) {
    for (const std::size_t known : knows) {
      const ObjectPlan& object = plan.objects[known];
      if (object.key.is_host() != hosts) continue;
      const auto at = static_cast<Index>(objects_.size());
      index_[known] = at;
      by_key_[object.key] = at;
      by_name_[{object.host, object.service}] = at;
      Object& added = objects_.emplace_back();
      added.plan = known;
      added.host = by_name_.at({object.host, ""});
      added.checks_enabled = !object.passive;
    }
    if (hosts) hosts_ = static_cast<Index>(objects_.size());
  }
  operators_.load(retention.operators);
  for (Index at = 0; at < objects_.size(); ++at) {
    Object& object = objects_[at];
    const auto retained = retention.states.find(at);
    if (retained != retention.states.end()) object.state = retained->second;
    if (!object.checks_enabled) continue;
    // First checks are spread over an interval; checks planned before the restart keep their time.
    const Seconds spread = static_cast<Seconds>(hash64(describe(at), life.node) % static_cast<std::uint64_t>(interval()));
    const Seconds next =
        retained != retention.states.end() ? std::min(object.state.next_check, seconds() + interval()) : seconds() + spread;
    object.state.next_check = next;
    queue(at, next);
  }
}

void ModelCore::begin_loop(neb::Agent& module) {
  module_ = &module;
  operators_.begin();
}

std::optional<Index> ModelCore::index_of(std::size_t plan_object) const {
  const auto found = index_.find(plan_object);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Index> ModelCore::index_of(const ObjectKey& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? std::nullopt : std::optional(found->second);
}

std::string ModelCore::describe(Index object) const {
  const ObjectPlan& plan = plan_.objects[objects_[object].plan];
  return plan.service.empty() ? plan.host : plan.host + "/" + plan.service;
}

void ModelCore::log(LogLevel, std::string_view line) { environment_.tell(std::string(line)); }

std::string_view ModelCore::host_name(Index host) const { return plan_.objects[objects_[host].plan].host; }
std::string_view ModelCore::description(Index service) const { return plan_.objects[objects_[service].plan].service; }

std::uint64_t ModelCore::config_digest() const {
  std::uint64_t digest = 0;
  for (const Object& object : objects_) {
    const ObjectPlan& plan = plan_.objects[object.plan];
    digest = hash64(plan.host + ";" + plan.service, digest);
  }
  return digest;
}

// ---- the queue

neb::Schedule ModelCore::schedule(Index object) const {
  const Object& found = objects_[object];
  return {found.state.next_check, found.state.last_check,       interval(),
          found.checks_enabled,   found.state.has_been_checked, found.running.has_value()};
}

void ModelCore::queue(Index at, Seconds run_at, bool forced) {
  unqueue(at);
  objects_[at].queued_at = run_at;
  objects_[at].forced = forced;
  queue_.insert({run_at, at});
}

void ModelCore::unqueue(Index at) {
  if (objects_[at].queued_at) queue_.erase({*objects_[at].queued_at, at});
  objects_[at].queued_at.reset();
  objects_[at].forced = false;
}

void ModelCore::move_check(Index object, Seconds run_at, Seconds shown) {
  Object& found = objects_[object];
  if (!found.checks_enabled) return;
  if (found.queued_at && found.forced && *found.queued_at <= run_at) return;  // requested by an operator
  queue(object, run_at);
  found.state.next_check = shown;
}

int ModelCore::check_timeout_s(Index) const { return static_cast<int>(plan_.check_time.count() / 1000) + 1; }

Seconds ModelCore::host_cache_horizon() const { return kHostCacheHorizon; }

// ---- the loop

void ModelCore::turn() {
  compensate_for_time_change();
  operators_.turn();
  if (!frozen_) run_due_checks();
}

// events.c: every backward step, and forward steps from the threshold on.
void ModelCore::compensate_for_time_change() {
  const Seconds now = seconds();
  const Seconds by = now - std::exchange(last_time_, now);
  if (by >= 0 && by < kTimeChangeThreshold) return;
  queue_.clear();
  for (Index at = 0; at < objects_.size(); ++at) {
    Object& object = objects_[at];
    ModelState& state = object.state;
    for (Seconds* time :
         {&state.last_check, &state.next_check, &state.last_state_change, &state.last_hard_state_change, &state.last_notification}) {
      if (*time != 0) *time = std::max<Seconds>(1, *time + by);
    }
    if (!object.queued_at) continue;
    *object.queued_at += by;
    queue_.insert({*object.queued_at, at});
  }
}

void ModelCore::run_due_checks() {
  std::vector<Index> due;
  for (const auto& [when, at] : queue_) {
    if (when > seconds()) break;
    due.push_back(at);
  }
  for (const Index at : due) run_check(at);
}

// checks.c: run_scheduled_service_check(), run_async_host_check().
void ModelCore::run_check(Index at) {
  Object& object = objects_[at];
  if (!object.queued_at || *object.queued_at > seconds()) return;
  const bool forced = object.forced;
  unqueue(at);
  const auto later = [&] {
    object.state.next_check = seconds() + interval();
    queue(at, object.state.next_check);
  };
  if (object.running) return later();
  const bool recent = at < hosts_ && object.state.has_been_checked && object.state.last_check + kHostCacheHorizon > seconds();
  if (recent && !forced) return later();
  // The core itself never plans a vetoed check again.
  if (module_->veto_check(at)) return;
  start_check(at);
}

void ModelCore::start_check(Index at) {
  Object& object = objects_[at];
  module_->check_started(at);
  object.running = records_.checks.started(object.plan, life_.node, environment_.true_time());
  object.started = environment_.now().steady;
  const std::string output = CheckLog::output_of(*object.running);
  environment_.tell("checks " + describe(at) + ", " + output);
  const std::uint64_t drawn = hash64(output, plan_.seed);
  const Millis takes{1 + static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(plan_.check_time.count()))};
  environment_.later(takes, [this, at] { finish_check(at); });
}

void ModelCore::finish_check(Index at) {
  Object& object = objects_[at];
  const std::size_t run = *object.running;
  object.running.reset();
  records_.checks.finished(run, environment_.true_time());
  ModelResult result;
  result.start_ms = wall_ms() - (environment_.now().steady - object.started).count();
  result.finish_ms = wall_ms();
  result.return_code = plan_.is_down(object.plan, records_.checks.runs()[run].started) ? 2 : 0;
  result.output = CheckLog::output_of(run) + plan_.more_output(run);
  handle_result(at, result);
}

void ModelCore::force_check(Index at, Seconds when) {
  objects_[at].state.next_check = when;
  queue(at, when, true);
}

void ModelCore::killed() {
  for (const Object& object : objects_) {
    if (object.running) records_.checks.killed(*object.running);
  }
}

Retention ModelCore::save() const {
  Retention retention;
  for (Index at = 0; at < objects_.size(); ++at) retention.states[at] = objects_[at].state;
  retention.operators = operators_.kept();
  return retention;
}

}  // namespace merlin::sim
