// Clocks, log, inventory and schedule of Nagios.
#include "module/nagios4/core.hpp"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "module/nagios4/objects.hpp"
#include "shared/base/hash.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

std::int64_t clock_ms(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1000000;
}

int log_type(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return NSLOG_RUNTIME_ERROR;
    case LogLevel::warning:
      return NSLOG_RUNTIME_WARNING;
    default:
      return NSLOG_INFO_MESSAGE;
  }
}

// The queued event of the object, or a new one that is not queued yet; null if there is no memory.
template <class Object>
timed_event* event_of(Object& object) {
  if (object.next_check_event != nullptr) return object.next_check_event;
  auto* event = static_cast<timed_event*>(std::calloc(1, sizeof(timed_event)));
  if (event == nullptr) return nullptr;
  event->event_type = check_event_type(object);
  event->event_data = &object;
  event->compensate_for_time_change = TRUE;
  object.next_check_event = event;
  return event;
}

// Does what schedule_*_check() does, in both directions and without its debug lines and status event: 0.3 us instead of 5.
template <class Object>
void move_event(Object& object, Seconds run_at, Seconds shown) {
  if (object.checks_enabled == FALSE) return;
  timed_event* event = event_of(object);
  if (event == nullptr) return;
  const bool forced = (event->event_options & CHECK_OPTION_FORCE_EXECUTION) != 0;
  if (event->sq_event != nullptr && forced && event->run_time <= run_at) return;  // requested by an operator
  if (event->sq_event != nullptr) remove_event(nagios_squeue, event);
  event->run_time = run_at;
  event->event_options = CHECK_OPTION_NONE;
  object.next_check = shown;
  object.check_options = CHECK_OPTION_NONE;
  add_event(nagios_squeue, event);
}

}  // namespace

Now Nagios4Core::now() const { return {SteadyTime(Millis(clock_ms(CLOCK_MONOTONIC))), WallTime(Millis(clock_ms(CLOCK_REALTIME)))}; }

std::string Nagios4Core::program() const { return std::string("nagios4 ") + get_program_version(); }

// From its retention file.
std::string Nagios4Core::state_folder() const {
  const std::string file = retention_file != nullptr ? retention_file : "";
  const auto slash = file.rfind('/');
  return slash == std::string::npos ? "" : file.substr(0, slash);
}

Result<> Nagios4Core::log_to(const FileLog& file) {
  const auto written = file.write(now().wall, LogLevel::info, "module " MERLIN_VERSION " loaded");
  if (written) file_ = file;
  return written;
}

void Nagios4Core::log(LogLevel level, std::string_view text) {
  std::string line(text);
  wire::clean_line(line);
  if (file_) static_cast<void>(file_->write(now().wall, level, line));
  if (level == LogLevel::debug || (file_ && level < file_->level())) return;
  logit(log_type(level), FALSE, "merlin: %.*s", static_cast<int>(std::min<std::size_t>(line.size(), 2000)), line.data());
}

// Never freed: the core writes and frees its objects after it has unloaded the module. There are as many names as
// nodes.
const char* Nagios4Core::keep(const std::string& name) {
  std::string line = name;
  wire::clean_line(line);
  return ::strdup(line.c_str());
}

Index Nagios4Core::host_count() const { return num_objects.hosts; }
Index Nagios4Core::service_count() const { return num_objects.services; }
std::string_view Nagios4Core::host_name(Index object) const { return nagios_host(object).name; }
std::string_view Nagios4Core::description(Index object) const { return nagios_service(object).description; }
Index Nagios4Core::host_of(Index object) const { return index_of(*nagios_service(object).host_ptr); }

// The core writes all definitions, expanded and sorted, to its object cache before the loop starts. The heading, which contains the time,
// is skipped.
std::uint64_t Nagios4Core::config_digest() const {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(object_cache_file != nullptr ? std::fopen(object_cache_file, "re") : nullptr,
                                                   [](FILE* open) { return open != nullptr ? std::fclose(open) : 0; });
  if (!file) return 0;
  int first = std::fgetc(file.get());
  while (first == '#') {
    while (first != '\n' && first != EOF) first = std::fgetc(file.get());
    first = std::fgetc(file.get());
  }
  std::vector<char> chunk(1024 * 1024);
  std::uint64_t digest = hash64({}, static_cast<std::uint64_t>(first));
  while (const std::size_t bytes = std::fread(chunk.data(), 1, chunk.size(), file.get())) digest = hash64({chunk.data(), bytes}, digest);
  return digest;
}

// The time since which this configuration has been in use here.
std::int64_t Nagios4Core::config_changed_ms() const {
  struct stat status {};
  if (object_cache_file == nullptr || ::stat(object_cache_file, &status) != 0) return 0;
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1000000;
}

Schedule Nagios4Core::schedule(Index object) const {
  return with_object(object, [](const auto& found) {
    const double interval = std::min(found.check_interval * interval_length, 1e9);
    return Schedule{found.next_check, found.last_check,
                    // An interval below one second is still an interval.
                    interval > 0 ? std::max<Seconds>(1, static_cast<Seconds>(interval)) : 0, found.checks_enabled != FALSE,
                    found.has_been_checked != FALSE, found.is_executing != FALSE};
  });
}

void Nagios4Core::correct_last_check(Index object, Seconds last_check) {
  with_object(object, [&](auto& found) { found.last_check = last_check; });
}

void Nagios4Core::move_check(Index object, Seconds run_at, Seconds shown) {
  with_object(object, [&](auto& found) { move_event(found, run_at, shown); });
}

int Nagios4Core::check_timeout_s(Index object) const { return is_nagios_host(object) ? host_check_timeout : service_check_timeout; }

Seconds Nagios4Core::host_cache_horizon() const { return cached_host_check_horizon; }

}  // namespace merlin::neb
