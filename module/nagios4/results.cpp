#include "module/nagios4/results.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "module/nagios4/core.hpp"
#include "module/nagios4/objects.hpp"
#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

const char* source_name(const void* source) { return static_cast<const char*>(source); }
void keep_result(void*) {}

char engine_name[] = "Merlin";
check_engine engine{engine_name, source_name, keep_result};

std::int64_t ms(const timeval& time) { return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_usec / 1000; }

timeval to_timeval(std::int64_t time_ms) {
  if (time_ms < 0) time_ms = 0;
  timeval time{};
  time.tv_sec = static_cast<time_t>(time_ms / 1000);
  time.tv_usec = static_cast<suseconds_t>(time_ms % 1000 * 1000);
  return time;
}

// The core stores the lines after the first with "\n" and "\\" for a newline and a backslash.
std::string unescaped(const char* text) {
  std::string lines;
  for (; *text != '\0' && lines.size() <= wire::kMaxPluginBytes; ++text) {
    const bool escape = *text == '\\' && (text[1] == 'n' || text[1] == '\\');
    if (!escape) {
      lines += *text;
      continue;
    }
    ++text;
    lines += *text == 'n' ? '\n' : '\\';
  }
  return lines;
}

std::string_view first_of(const char* text) { return {text, ::strnlen(text, wire::kMaxPluginBytes + 1)}; }

template <class Object>
wire::CheckResult raw_of(const Object& object, const check_result& result) {
  wire::CheckResult raw;
  raw.passive = result.check_type == CHECK_TYPE_PASSIVE;
  raw.return_code = result.return_code;
  raw.early_timeout = result.early_timeout != FALSE;
  raw.exited_ok = result.exited_ok != FALSE;
  raw.start_ms = ms(result.start_time);
  raw.finish_ms = ms(result.finish_time);
  raw.latency_s = result.latency;
  if (object.plugin_output != nullptr) raw.output = first_of(object.plugin_output);
  if (object.perf_data != nullptr && *object.perf_data != '\0') raw.output.append("|").append(first_of(object.perf_data));
  if (object.long_plugin_output != nullptr) raw.output.append("\n").append(unescaped(object.long_plugin_output));
  return raw;
}

template <class Object>
check_result finished_of(Object& object, const char* node) {
  check_result result;
  init_check_result(&result);
  result.check_type = object.check_type;
  result.reschedule_check = TRUE;
  result.latency = object.latency;
  const std::int64_t start_ms = static_cast<std::int64_t>(object.last_check) * 1000;
  result.start_time = to_timeval(start_ms);
  result.finish_time = to_timeval(start_ms + std::llround(object.execution_time * 1000));
  result.early_timeout = FALSE;
  result.exited_ok = TRUE;
  result.return_code = object.current_state;
  result.output = object.plugin_output;
  result.engine = &engine;
  result.source = node;
  return result;
}

// An awaited result arrives before the check that would have replaced it: the core should choose the next time.
template <class Object>
void unqueue(Object& object) {
  timed_event* event = object.next_check_event;
  if (event == nullptr) return;
  remove_event(nagios_squeue, event);
  std::free(event);
  object.next_check_event = nullptr;
}

// The core would regard the result as one of its own running checks and forget that one.
template <class Object>
void process(Object& object, check_result& result, int& running_checks) {
  const int running_before = running_checks;
  const int executing_before = object.is_executing;
  if (result.check_type == CHECK_TYPE_ACTIVE && object.checks_enabled != FALSE) unqueue(object);
  process_check_result(&result);
  running_checks = running_before;
  object.is_executing = executing_before;
}

}  // namespace

wire::CheckResult raw_result(const ::host& object, const check_result& result) { return raw_of(object, result); }
wire::CheckResult raw_result(const ::service& object, const check_result& result) { return raw_of(object, result); }

check_result finished_result(::host& object, const char* node) {
  check_result result = finished_of(object, node);
  result.object_check_type = HOST_CHECK;
  result.host_name = object.name;
  return result;
}

check_result finished_result(::service& object, const char* node) {
  check_result result = finished_of(object, node);
  result.object_check_type = SERVICE_CHECK;
  result.host_name = object.host_name;
  result.service_description = object.description;
  return result;
}

void Nagios4Core::process_result(Index object, const wire::CheckResult& from, const char* node) {
  // The core modifies the text in place.
  std::string lines = from.output;
  wire::clean_lines(lines);
  const std::unique_ptr<char, void (*)(void*)> output(::strdup(lines.c_str()), std::free);
  const auto fill = [&](check_result result) {
    result.check_type = from.passive ? CHECK_TYPE_PASSIVE : CHECK_TYPE_ACTIVE;
    result.latency = from.latency_s;
    result.start_time = to_timeval(from.start_ms);
    result.finish_time = to_timeval(from.finish_ms);
    result.early_timeout = from.early_timeout ? TRUE : FALSE;
    result.exited_ok = from.exited_ok ? TRUE : FALSE;
    result.return_code = from.return_code;
    result.output = output.get();
    return result;
  };
  if (is_nagios_host(object)) {
    check_result result = fill(finished_result(nagios_host(object), node));
    process(nagios_host(object), result, currently_running_host_checks);
  } else {
    check_result result = fill(finished_result(nagios_service(object), node));
    process(nagios_service(object), result, currently_running_service_checks);
  }
}

}  // namespace merlin::neb
