#include "module/nagios4/alerts.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "module/nagios4/core.hpp"
#include "module/nagios4/objects.hpp"
#include "module/nagios4/results.hpp"

namespace merlin::neb {
namespace {

// What the core logs for such a result (checks.c): a service's recovery counts as the attempt after the last one, with the problem's type;
// it becomes hard with attempt 1 only afterwards.
Shown as_logged(const ::service& object, const Shown& before) {
  const bool recovered = object.current_state == STATE_OK && before.state != STATE_OK;
  if (!recovered) return {object.current_state, object.state_type, object.current_attempt};
  if (before.type == HARD_STATE) return {STATE_OK, HARD_STATE, before.attempt};
  return {STATE_OK, SOFT_STATE, std::min(before.attempt + 1, object.max_attempts)};
}

Shown as_logged(const ::host& object, const Shown&) { return {object.current_state, object.state_type, object.current_attempt}; }

// Whether the core handles an event for it, whoever is notified.
template <class Object>
bool is_event(const Object& object, const Shown& before) {
  if (object.current_state != before.state) return true;
  if (object.current_state == 0) return false;
  return object.state_type != before.type || object.state_type == SOFT_STATE || is_volatile(object);
}

bool is_logged(const ::service&, const Shown&, const Shown& now) { return now.type != SOFT_STATE || log_service_retries != FALSE; }
bool is_logged(const ::host&, const Shown& before, const Shown& now) {
  return now.state != before.state || now.type != SOFT_STATE || log_host_retries != FALSE;
}

unsigned long log_option(const ::service&, int state) {
  switch (state) {
    case STATE_OK:
      return NSLOG_SERVICE_OK;
    case STATE_WARNING:
      return NSLOG_SERVICE_WARNING;
    case STATE_CRITICAL:
      return NSLOG_SERVICE_CRITICAL;
    default:
      return NSLOG_SERVICE_UNKNOWN;
  }
}
unsigned long log_option(const ::host&, int state) {
  switch (state) {
    case HOST_UP:
      return NSLOG_HOST_UP;
    case HOST_DOWN:
      return NSLOG_HOST_DOWN;
    default:
      return NSLOG_HOST_UNREACHABLE;
  }
}

std::string subject(const ::host& object) { return std::string("HOST ALERT: ") + object.name; }
std::string subject(const ::service& object) { return std::string("SERVICE ALERT: ") + object.host_name + ";" + object.description; }
const char* name_of_state(const ::host&, int state) { return host_state_name(state); }
const char* name_of_state(const ::service&, int state) { return service_state_name(state); }

template <class Object>
void log_alert(const Object& object, const Shown& now, const char* node) {
  std::string line = subject(object) + ";" + name_of_state(object, now.state) + ";" + state_type_name(now.type) + ";" +
                     std::to_string(now.attempt) + ";" + (object.plugin_output != nullptr ? object.plugin_output : "") + " [node " + node +
                     "]";
  write_to_all_logs(line.data(), log_option(object, now.state));
}

int statechange_type(const ::host&) { return HOST_STATECHANGE; }
int statechange_type(const ::service&) { return SERVICE_STATECHANGE; }

// The writer says how its core logged the result. What it logged before, and did not reach this core, is shown by the state.
template <class Object>
bool is_shown(const Object& object, const Shown& before, const Showing& showing) {
  if (showing.known) return false;
  if (showing.alert) return true;
  return showing.logged_unknown ? is_event(object, before) : object.current_state != before.state;
}

template <class Object>
void show_event(Object& object, const Shown& before, const Showing& showing) {
  if (!is_shown(object, before, showing)) return;
  const Shown now = showing.alert ? Shown{object.current_state, showing.alert->hard ? HARD_STATE : SOFT_STATE, showing.alert->attempt}
                                  : as_logged(object, before);
  if (is_logged(object, before, now)) log_alert(object, now, showing.node);
  broker_statechange_data(NEBTYPE_STATECHANGE_END, NEBFLAG_NONE, NEBATTR_NONE, statechange_type(object), &object, now.state, now.type,
                          now.attempt, object.max_attempts, nullptr);
}

}  // namespace

void send_status(::host& object) { update_host_status(&object, FALSE); }
void send_status(::service& object) { update_service_status(&object, FALSE); }

void show_result(::service& object, const Shown& before, const Showing& showing) {
  show_event(object, before, showing);
  check_result result = finished_result(object, showing.node);
  broker_service_check(NEBTYPE_SERVICECHECK_PROCESSED, NEBFLAG_NONE, NEBATTR_NONE, &object, object.check_type, result.start_time,
                       result.finish_time, nullptr, object.latency, object.execution_time, service_check_timeout, FALSE,
                       object.current_state, nullptr, nullptr, &result);
  send_status(object);
  if (showing.perfdata) update_service_performance_data(&object);
}

void show_result(::host& object, const Shown& before, const Showing& showing) {
  show_event(object, before, showing);
  check_result result = finished_result(object, showing.node);
  broker_host_check(NEBTYPE_HOSTCHECK_PROCESSED, NEBFLAG_NONE, NEBATTR_NONE, &object, object.check_type, object.current_state,
                    object.state_type, result.start_time, result.finish_time, nullptr, object.latency, object.execution_time,
                    host_check_timeout, FALSE, object.current_state, nullptr, object.plugin_output, object.long_plugin_output,
                    object.perf_data, nullptr, &result);
  send_status(object);
  if (showing.perfdata) update_host_performance_data(&object);
}

}  // namespace merlin::neb
