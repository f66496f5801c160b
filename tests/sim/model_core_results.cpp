// How the model core turns results into state, in the order of Nagios' checks.c: it calls the module where Nagios calls it.
#include <algorithm>

#include "module/agent/agent.hpp"
#include "tests/sim/model_core.hpp"

namespace merlin::sim {
namespace {

using neb::Agent;

std::optional<std::int64_t> offset(Seconds time, std::int64_t base_ms) {
  return time == 0 ? std::nullopt : std::optional(time * 1000 - base_ms);
}

Seconds moment(const std::optional<std::int64_t>& offset_ms, std::int64_t base_ms) { return offset_ms ? (base_ms + *offset_ms) / 1000 : 0; }

void set_output(ModelState& state, const std::string& output) {
  const std::size_t end = output.find('\n');
  state.output = output.substr(0, end);
  state.long_output = end == std::string::npos ? "" : output.substr(end + 1);
}

// Everything except the times. Core and register use the same names for these.
template <class From, class To>
void copy_fields(const From& from, To& state) {
  state.current_state = from.current_state;
  state.last_state = from.last_state;
  state.last_hard_state = from.last_hard_state;
  state.state_type = from.state_type;
  state.current_attempt = from.current_attempt;
  state.has_been_checked = from.has_been_checked;
  state.passive = from.passive;
  state.no_more_notifications = from.no_more_notifications;
  state.is_flapping = from.is_flapping;
  state.check_flapping_recovery_notification = from.check_flapping_recovery_notification;
  state.notification_number = from.notification_number;
  state.notified_on = from.notified_on;
  state.latency_s = from.latency_s;
  state.execution_time_s = from.execution_time_s;
  state.output = from.output;
  state.long_output = from.long_output;
}

}  // namespace

// ---- results

void ModelCore::handle_result(Index at, const ModelResult& result) {
  Object& object = objects_[at];
  ModelState& state = object.state;
  note_processed(at, result);
  const int before = state.current_state;
  const bool was_hard = state.state_type == kHard;
  state.passive = result.passive;
  state.last_check = result.start_ms / 1000;
  state.execution_time_s = static_cast<double>(result.finish_ms - result.start_ms) / 1000;
  state.last_state = before;
  state.current_state = at < hosts_ ? std::min(result.return_code, 1) : result.return_code;
  set_output(state, result.output);
  state.last_time_in_state[static_cast<std::size_t>(state.current_state) & 3] = state.last_check;
  judge_state(at, before, was_hard);
  reschedule(at);
  const bool wanted = module_->wants_result(at);
  module_->check_done(at, !result.passive, wanted ? std::optional(raw(at, result)) : std::nullopt);
  state.has_been_checked = true;
  if (state.state_type == kHard) state.last_hard_state = state.current_state;
}

void ModelCore::judge_state(Index at, int before, bool was_hard) {
  ModelState& state = objects_[at].state;
  const bool changed = state.current_state != before;
  if (state.current_state != 0) {
    if (before == 0) {
      state.current_attempt = 1;
    } else if (!was_hard) {
      ++state.current_attempt;
    }
    state.current_attempt = std::min(state.current_attempt, plan_.attempts);
    state.state_type = state.current_attempt >= plan_.attempts ? kHard : kSoft;
  }
  const bool hard_change = state.state_type == kHard && state.current_state != state.last_hard_state;
  if (changed) state.last_state_change = seconds();
  if (changed && state.current_state != 0) operators_.problem_began(at);
  if (hard_change) state.last_hard_state_change = seconds();
  if (changed || hard_change) {
    state.last_notification = state.next_notification = 0;
    state.no_more_notifications = false;
    if (state.acknowledged && (state.sticky ? state.current_state == 0 : changed)) operators_.clear_acknowledgement(at);
  }
  check_flapping(at);
  state.current_state == 0 ? handle_ok(at, before, was_hard) : handle_problem(at, hard_change);
}

// flapping.c. A recovery that was suppressed is requested again, and refused: nothing is notified any more by then.
void ModelCore::check_flapping(Index at) {
  ModelState& state = objects_[at].state;
  const bool flaps = plan_.is_flapping(objects_[at].plan, environment_.true_time());
  if (std::exchange(state.is_flapping, flaps) == flaps) return;
  if (flaps) {
    state.check_flapping_recovery_notification = state.notification_number > 0;
    operators_.flapping_began(at);
    return notification(at, wire::NotificationKind::flapping_start, "", "");
  }
  operators_.flapping_ended(at);
  notification(at, wire::NotificationKind::flapping_stop, "", "");
  const bool kept_back = std::exchange(state.check_flapping_recovery_notification, false);
  if (kept_back && state.current_state == 0) notification(at, wire::NotificationKind::recovery, "", "");
}

void ModelCore::handle_ok(Index at, int before, bool was_hard) {
  ModelState& state = objects_[at].state;
  if (before != 0) {
    if (was_hard) notification(at, wire::NotificationKind::recovery, "", "");
    handle_event(at);
  }
  state.notification_number = 0;
  state.notified_on = 0;
  state.current_attempt = 1;
  state.state_type = kHard;
}

void ModelCore::handle_problem(Index at, bool hard_change) {
  const bool hard = objects_[at].state.state_type == kHard;
  if (hard) notification(at, wire::NotificationKind::problem, "", "");
  if (!hard || hard_change) handle_event(at);
}

void ModelCore::handle_event(Index at) {
  const ModelState& state = objects_[at].state;
  const neb::Alert alert{state.state_type == kHard, state.current_attempt, !state.passive};
  log_alert(at, alert, module_->ownership().owns(at) ? LoggedAlert::As::owner : LoggedAlert::As::receiver, nullptr);
  module_->state_changed(at, alert);
  if (!handlers_suppressed_ && !module_->veto_event_handler(at)) environment_.tell("handles the event of " + describe(at));
}

void ModelCore::log_alert(Index at, const neb::Alert& alert, LoggedAlert::As as, const char* node) {
  const ModelState& state = objects_[at].state;
  environment_.tell("ALERT: " + describe(at) + ";" + std::to_string(state.current_state) + ";" + (alert.hard ? "HARD;" : "SOFT;") +
                    std::to_string(alert.attempt) + ";" + state.output + (node != nullptr ? std::string(" [node ") + node + "]" : ""));
  records_.alerts.logged(
      {objects_[at].plan, life_, environment_.true_time(), as, state.current_state, alert.hard, alert.attempt, state.output});
}

// An earlier event in the queue stays.
void ModelCore::reschedule(Index at) {
  Object& object = objects_[at];
  if (!object.checks_enabled) return;
  const Seconds next = std::max(object.state.last_check + interval(), seconds());
  if (object.queued_at && *object.queued_at <= next) return;
  object.state.next_check = next;
  queue(at, next);
}

wire::CheckResult ModelCore::raw(Index at, const ModelResult& result) const {
  wire::CheckResult raw;
  raw.object = plan_.objects[objects_[at].plan].key;
  raw.passive = result.passive;
  raw.return_code = result.return_code;
  raw.exited_ok = true;
  raw.start_ms = result.start_ms;
  raw.finish_ms = result.finish_ms;
  raw.output = result.output;
  return raw;
}

// Only the owner's processing counts.
void ModelCore::note_processed(Index at, const ModelResult& result) {
  if (result.by_module) handed_in_.push_back(result.output);
  if (!module_->ownership().owns(at)) return environment_.tell("has a result of " + describe(at) + " that it does not own");
  const Millis now = environment_.true_time();
  environment_.tell("has the result of " + describe(at) + ", " + result.output.substr(0, result.output.find('\n')));
  if (const auto passive = PassiveLog::result_of(result.output)) {
    records_.passives.processed(*passive, life_, now, !result.by_module && module_->wants_result(at));
    if (!result.by_module) records_.passives.superseded(objects_[at].plan, life_, module_->hello().boot_id);
    return;
  }
  records_.checks.processed(CheckLog::run_of(result.output), now);
}

// A running check continues, and the next one is planned again.
void ModelCore::process_result(Index object, const wire::CheckResult& from, const char*) {
  if (!from.passive && objects_[object].checks_enabled) unqueue(object);
  ModelResult result;
  result.passive = from.passive;
  result.by_module = true;
  result.return_code = from.return_code;
  result.start_ms = std::max<std::int64_t>(0, from.start_ms);
  result.finish_ms = std::max<std::int64_t>(0, from.finish_ms);
  result.output = from.output;
  handle_result(object, result);
}

// ---- registers

void apply_register(ModelState& state, const wire::CheckRegister& from, std::int64_t base_ms) {
  copy_fields(from, state);
  state.last_check = moment(from.last_check, base_ms);
  state.last_state_change = moment(from.last_state_change, base_ms);
  state.last_hard_state_change = moment(from.last_hard_state_change, base_ms);
  state.last_notification = moment(from.last_notification, base_ms);
  state.next_notification = moment(from.next_notification, base_ms);
  state.last_time_in_state = {moment(from.last_time_state_0, base_ms), moment(from.last_time_state_1, base_ms),
                              moment(from.last_time_state_2, base_ms), moment(from.last_time_state_3, base_ms)};
}

wire::CheckRegister ModelCore::read(Index object, std::int64_t base_ms) const {
  const ModelState& from = objects_[object].state;
  wire::CheckRegister state;
  copy_fields(from, state);
  state.should_be_scheduled = objects_[object].checks_enabled;
  state.last_check = offset(from.last_check, base_ms);
  state.next_check = offset(from.next_check, base_ms);
  state.last_state_change = offset(from.last_state_change, base_ms);
  state.last_hard_state_change = offset(from.last_hard_state_change, base_ms);
  state.last_notification = offset(from.last_notification, base_ms);
  state.next_notification = offset(from.next_notification, base_ms);
  state.last_time_state_0 = offset(from.last_time_in_state[0], base_ms);
  state.last_time_state_1 = offset(from.last_time_in_state[1], base_ms);
  state.last_time_state_2 = offset(from.last_time_in_state[2], base_ms);
  state.last_time_state_3 = offset(from.last_time_in_state[3], base_ms);
  return state;
}

void ModelCore::bring_in(Index object, const wire::CheckRegister& from, const neb::Showing& showing) {
  ModelState& state = objects_[object].state;
  const bool is_event =
      showing.alert || from.current_state != state.current_state ||
      (showing.logged_unknown && from.current_state != 0 && (from.state_type != state.state_type || from.state_type == kSoft));
  apply_register(state, from, showing.base_ms);
  if (!showing.live) return;
  if (!showing.known && is_event) {
    const neb::Alert alert = showing.alert.value_or(neb::Alert{state.state_type == kHard, state.current_attempt, !state.passive});
    log_alert(object, alert, LoggedAlert::As::shown, showing.node);
    module_->state_changed(object, alert);
  }
  module_->check_done(object, !state.passive, std::nullopt);
}

}  // namespace merlin::sim
