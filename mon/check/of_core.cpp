// mon check latency, exectime and orphans: plugins that read the core's status file
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>

#include "mon/check/plugin.hpp"
#include "mon/check/status_file.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/core_places.hpp"
#include "shared/config/problems.hpp"

namespace merlin::mon {
namespace {

using check::CheckedObject;
using check::Report;
using check::State;

// The core writes its status every 10 to 60 s; if it is older than this, the core is hung.
constexpr std::int64_t kStaleAfterS = 300;

// "host" or "service" if one was given, otherwise both.
bool is_meant(const Call& call, const CheckedObject& object) {
  return call.words.empty() || (call.words.front() == "service") == object.is_service;
}

bool kind_is_known(const Call& call) { return call.words.empty() || call.words.front() == "host" || call.words.front() == "service"; }

// Empty if everything is fine, otherwise what is wrong with the file.
Result<> read_all(const Call& call, const std::function<void(const CheckedObject&)>& use) {
  const auto places = core_places(call);
  if (!places) return places.error();
  std::ifstream file(places->status_file);
  if (!file) return Error{"cannot read the core's status file; is the core running?", places->status_file, ""};
  const std::int64_t created = check::read_status(file, [&](const CheckedObject& object) {
    if (is_meant(call, object)) use(object);
  });
  const std::int64_t age = std::time(nullptr) - created;
  if (age <= kStaleAfterS) return Ok{};
  return Error{fmt::format("the core has not written its status file for {} s", age), places->status_file, ""};
}

struct Times {
  double sum = 0;
  double most = 0;
  double count = 0;
  std::string slowest;

  void add(double seconds, const CheckedObject& object) {
    sum += seconds;
    count += 1;
    if (seconds < most) return;
    most = seconds;
    slowest = object.is_service ? object.host + ";" + object.service : object.host;
  }
  double mean() const { return count > 0 ? sum / count : 0; }
};

Outcome<int> check_times(const Call& call, Console& console, double CheckedObject::*time, const char* what, const char* warning,
                         const char* critical) {
  if (!kind_is_known(call)) return Error{fmt::format("{} is neither 'host' nor 'service'", config::quoted(call.words.front())), "", ""};
  const auto limits = check::thresholds(call, warning, critical);
  if (!limits) return limits.error();
  check::end_in_time(call);
  Times times;
  const auto read = read_all(call, [&](const CheckedObject& object) {
    if (object.is_active && object.has_been_checked) times.add(object.*time, object);
  });
  if (!read) return read.error();
  Report report;
  report.state = limits->judge(times.mean());
  report.text = fmt::format("mean {} of {} active checks {:.3f} s, maximum {:.3f} s", what, times.count, times.mean(), times.most);
  if (!times.slowest.empty()) report.text += fmt::format(" ({})", times.slowest);
  report.measures = {{"mean", times.mean(), "s", true}, {"max", times.most, "s", false}, {"checks", times.count, "", false}};
  return check::finish(call, console, report, *limits);
}

Outcome<int> run_check_latency(const Call& call, Console& console) {
  return check_times(call, console, &CheckedObject::latency_s, "latency", "30", "60");
}

Outcome<int> run_check_exectime(const Call& call, Console& console) {
  return check_times(call, console, &CheckedObject::execution_s, "execution time", "10", "30");
}

Outcome<int> run_check_orphans(const Call& call, Console& console) {
  const auto limits = check::thresholds(call, "0", "10");
  if (!limits) return limits.error();
  const auto age = check::max_age(call);
  if (!age) return age.error();
  check::end_in_time(call);
  const std::int64_t before = std::time(nullptr) - age->count();
  double orphans = 0;
  double checks = 0;
  std::string one;
  const auto read = read_all(call, [&](const CheckedObject& object) {
    if (!object.is_active) return;
    checks += 1;
    if (object.next_check == 0 || object.next_check >= before) return;
    orphans += 1;
    if (one.empty()) one = object.is_service ? object.host + ";" + object.service : object.host;
  });
  if (!read) return read.error();
  Report report{limits->judge(orphans),
                fmt::format("{} of {} active checks are overdue", orphans, checks),
                {{"orphans", orphans, "", true}, {"checks", checks, "", false}}};
  if (!one.empty()) report.text += fmt::format(", for example {}", one);
  return check::finish(call, console, report, *limits);
}

}  // namespace

namespace commands {

extern const Command kCheckLatency = check::plugin({
    .name = "check latency",
    .arguments = "[host|service]",
    .summary = "a monitoring plugin: how late are active checks started?",
    .details = "--warning and --critical limit the mean, in seconds (default: 30 and 60).",
    .examples = {"mon check latency service --warning 5 --critical 30"},
    .max_words = 1,
    .run = run_check_latency,
});

extern const Command kCheckExectime = check::plugin({
    .name = "check exectime",
    .arguments = "[host|service]",
    .summary = "a monitoring plugin: how long do active checks take?",
    .details = "--warning and --critical limit the mean, in seconds (default: 10 and 30).",
    .examples = {"mon check exectime --warning 5 --critical 20"},
    .max_words = 1,
    .run = run_check_exectime,
});

extern const Command kCheckOrphans = check::plugin({
    .name = "check orphans",
    .summary = "a monitoring plugin: are active checks overdue?",
    .details = "--warning and --critical limit the number of overdue checks (default: 0 and 10).",
    .examples = {"mon check orphans --max-age 10m"},
    .options = {check::kMaxAge},
    .run = run_check_orphans,
});

}  // namespace commands

}  // namespace merlin::mon
