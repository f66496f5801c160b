// Check registers: read from and written to Nagios' hosts and services.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>

#include "module/nagios4/alerts.hpp"
#include "module/nagios4/core.hpp"
#include "module/nagios4/objects.hpp"
#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

std::optional<std::int64_t> offset(time_t time, std::int64_t base_ms) {
  if (time == 0) return std::nullopt;
  return static_cast<std::int64_t>(time) * 1000 - base_ms;
}

time_t moment(const std::optional<std::int64_t>& offset_ms, std::int64_t base_ms) {
  return offset_ms ? static_cast<time_t>((base_ms + *offset_ms) / 1000) : 0;
}

// Longer texts are truncated anyway, and one more byte shows that they were.
std::string text(const char* field) {
  return field != nullptr ? std::string(field, ::strnlen(field, wire::kMaxPluginBytes + 1)) : std::string();
}

// A line break in a text would become a separate line in the core's files, which it reads back. So no text contains one, wherever it came
// from. The core frees the texts, so they are allocated with malloc. Most results repeat the previous text.
void set_text(char*& field, std::string value, bool null_when_empty) {
  wire::clean_line(value);
  if (field != nullptr && value == field) return;
  std::free(field);
  field = value.empty() && null_when_empty ? nullptr : ::strdup(value.c_str());
}

void read_own(const ::host& from, wire::CheckRegister& state, std::int64_t base_ms) {
  state.last_time_state_0 = offset(from.last_time_up, base_ms);
  state.last_time_state_1 = offset(from.last_time_down, base_ms);
  state.last_time_state_2 = offset(from.last_time_unreachable, base_ms);
}

void read_own(const ::service& from, wire::CheckRegister& state, std::int64_t base_ms) {
  state.last_time_state_0 = offset(from.last_time_ok, base_ms);
  state.last_time_state_1 = offset(from.last_time_warning, base_ms);
  state.last_time_state_2 = offset(from.last_time_critical, base_ms);
  state.last_time_state_3 = offset(from.last_time_unknown, base_ms);
  state.host_problem_at_last_check = from.host_problem_at_last_check != FALSE;
}

void write_own(::host& to, const wire::CheckRegister& state, std::int64_t base_ms) {
  to.last_time_up = moment(state.last_time_state_0, base_ms);
  to.last_time_down = moment(state.last_time_state_1, base_ms);
  to.last_time_unreachable = moment(state.last_time_state_2, base_ms);
  to.notified_on = static_cast<int>(state.notified_on);
}

void write_own(::service& to, const wire::CheckRegister& state, std::int64_t base_ms) {
  to.last_time_ok = moment(state.last_time_state_0, base_ms);
  to.last_time_warning = moment(state.last_time_state_1, base_ms);
  to.last_time_critical = moment(state.last_time_state_2, base_ms);
  to.last_time_unknown = moment(state.last_time_state_3, base_ms);
  to.host_problem_at_last_check = state.host_problem_at_last_check ? TRUE : FALSE;
  to.notified_on = state.notified_on;
}

// One byte per state.
template <class Object>
std::string read_history(const Object& from) {
  std::string bytes;
  for (int state : from.state_history) bytes += static_cast<char>(state);
  return bytes;
}

template <class Object>
void write_history(Object& to, const wire::CheckRegister& state) {
  const std::size_t count = std::min(state.state_history.size(), std::size(to.state_history));
  for (std::size_t i = 0; i < count; ++i) to.state_history[i] = static_cast<unsigned char>(state.state_history[i]) & 3;
  to.state_history_index = static_cast<int>(state.state_history_index % std::size(to.state_history));
}

template <class Object>
wire::CheckRegister read_object(const Object& from, std::int64_t base_ms) {
  wire::CheckRegister state;
  state.current_state = from.current_state;
  state.last_state = from.last_state;
  state.last_hard_state = from.last_hard_state;
  state.state_type = from.state_type;
  state.current_attempt = from.current_attempt;
  state.has_been_checked = from.has_been_checked != FALSE;
  state.passive = from.check_type == CHECK_TYPE_PASSIVE;
  state.is_flapping = from.is_flapping != FALSE;
  state.check_flapping_recovery_notification = from.check_flapping_recovery_notification != FALSE;
  state.no_more_notifications = from.no_more_notifications != FALSE;
  state.notification_number = from.current_notification_number;
  state.notified_on = static_cast<std::uint32_t>(from.notified_on);
  state.percent_state_change = from.percent_state_change;
  state.latency_s = from.latency;
  state.execution_time_s = from.execution_time;
  state.output = text(from.plugin_output);
  state.long_output = text(from.long_plugin_output);
  state.perf_data = text(from.perf_data);
  state.state_history = read_history(from);
  state.state_history_index = static_cast<std::uint32_t>(from.state_history_index);
  state.should_be_scheduled = from.should_be_scheduled != FALSE;
  state.last_check = offset(from.last_check, base_ms);
  state.next_check = offset(from.next_check, base_ms);
  state.last_state_change = offset(from.last_state_change, base_ms);
  state.last_hard_state_change = offset(from.last_hard_state_change, base_ms);
  state.last_notification = offset(from.last_notification, base_ms);
  state.next_notification = offset(from.next_notification, base_ms);
  read_own(from, state, base_ms);
  return state;
}

int greatest_state(const ::host&) { return HOST_UNREACHABLE; }
int greatest_state(const ::service&) { return STATE_UNKNOWN; }

template <class Object>
void write_object(Object& to, const wire::CheckRegister& state, const Showing& showing) {
  const std::int64_t base_ms = showing.base_ms;
  // Other states would be invalid indexes into the core's tables.
  to.current_state = std::clamp(state.current_state, 0, greatest_state(to));
  to.last_state = std::clamp(state.last_state, 0, greatest_state(to));
  to.last_hard_state = std::clamp(state.last_hard_state, 0, greatest_state(to));
  to.state_type = state.state_type == SOFT_STATE ? SOFT_STATE : HARD_STATE;
  to.current_attempt = state.current_attempt;
  to.has_been_checked = state.has_been_checked ? TRUE : FALSE;
  to.check_type = state.passive ? CHECK_TYPE_PASSIVE : CHECK_TYPE_ACTIVE;
  to.is_flapping = state.is_flapping ? TRUE : FALSE;
  to.check_flapping_recovery_notification = state.check_flapping_recovery_notification ? TRUE : FALSE;
  to.no_more_notifications = state.no_more_notifications ? TRUE : FALSE;
  to.current_notification_number = state.notification_number;
  to.percent_state_change = state.percent_state_change;
  to.latency = state.latency_s;
  to.execution_time = state.execution_time_s;
  set_text(to.plugin_output, state.output, false);
  set_text(to.long_plugin_output, state.long_output, true);
  set_text(to.perf_data, state.perf_data, true);
  write_history(to, state);
  to.should_be_scheduled = state.should_be_scheduled ? TRUE : FALSE;
  to.last_check = moment(state.last_check, base_ms);
  to.last_state_change = moment(state.last_state_change, base_ms);
  to.last_hard_state_change = moment(state.last_hard_state_change, base_ms);
  to.last_notification = moment(state.last_notification, base_ms);
  to.next_notification = moment(state.next_notification, base_ms);
  to.check_source = showing.node;
  to.is_being_freshened = FALSE;
  write_own(to, state, base_ms);
}

}  // namespace

wire::CheckRegister Nagios4Core::read(Index object, std::int64_t base_ms) const {
  return with_object(object, [&](const auto& found) { return read_object(found, base_ms); });
}

void Nagios4Core::bring_in(Index object, const wire::CheckRegister& state, const Showing& showing) {
  with_object(object, [&](auto& found) {
    const Shown before{found.current_state, found.state_type, found.current_attempt};
    write_object(found, state, showing);
    if (showing.live) {
      show_result(found, before, showing);
    } else {
      send_status(found);
    }
  });
}

}  // namespace merlin::neb
