// mon check latency, exectime and orphans: of what the core writes into its status file
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>

#include "config/problems.hpp"
#include "config/values.hpp"
#include "mon/check/plugin.hpp"
#include "mon/check/status_file.hpp"
#include "mon/commands.hpp"
#include "mon/core_places.hpp"

namespace merlin::mon {
namespace {

using check::CheckedObject;
using check::Report;
using check::State;

// The core writes its status every 10 to 60 s; later than this it stands still.
constexpr std::int64_t kStaleAfterS = 300;
constexpr int kUnknown = static_cast<int>(State::unknown);

// "host" or "service" where one was given; both without.
bool is_meant(const Call& call, const CheckedObject& object) {
  return call.words.empty() || (call.words.front() == "service") == object.is_service;
}

bool kind_is_known(const Call& call) { return call.words.empty() || call.words.front() == "host" || call.words.front() == "service"; }

// Nothing where all is well, else what is wrong with the file.
Result<> read_all(const Call& call, const std::function<void(const CheckedObject&)>& use) {
  const auto places = core_places(call);
  if (!places) return places.error();
  std::ifstream file(places->status_file);
  if (!file) return Error{"cannot read the core's status file; does the core run?", places->status_file, ""};
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

int check_times(const Call& call, Console& console, double CheckedObject::*time, const char* what, const char* warning,
                const char* critical) {
  if (!kind_is_known(call))
    return check::unknown(console, fmt::format("{} is neither host nor service", config::quoted(call.words.front())));
  const auto limits = check::thresholds(call, console, warning, critical);
  if (!limits) return kUnknown;
  check::end_in_time(call);
  Times times;
  const auto read = read_all(call, [&](const CheckedObject& object) {
    if (object.is_active && object.has_been_checked) times.add(object.*time, object);
  });
  if (!read) return check::unknown(console, read.error().text());
  Report report;
  report.state = limits->judge(times.mean());
  report.text = fmt::format("mean {} of {} active checks {:.3f} s, at most {:.3f} s", what, times.count, times.mean(), times.most);
  if (!times.slowest.empty()) report.text += fmt::format(" ({})", times.slowest);
  report.measures = {{"mean", times.mean(), "s", true}, {"max", times.most, "s", false}, {"checks", times.count, "", false}};
  return check::finish(call, console, report, *limits);
}

std::optional<Millis> max_age(const Call& call) {
  const auto given = call.options.find("--max-age");
  if (given == call.options.end()) return std::chrono::minutes(5);
  const auto read = config::read_value({.type = config::ValueType::duration}, given->second);
  return read ? std::optional(read->millis()) : std::nullopt;
}

}  // namespace

int run_check_latency(const Call& call, Console& console) {
  return check_times(call, console, &CheckedObject::latency_s, "latency", "30", "60");
}

int run_check_exectime(const Call& call, Console& console) {
  return check_times(call, console, &CheckedObject::execution_s, "execution time", "10", "30");
}

int run_check_orphans(const Call& call, Console& console) {
  const auto limits = check::thresholds(call, console, "0", "10");
  if (!limits) return kUnknown;
  const auto age = max_age(call);
  if (!age) return check::unknown(console, "--max-age is no time: 30s, 5m or 2h");
  check::end_in_time(call);
  const std::int64_t before = std::time(nullptr) - std::chrono::duration_cast<std::chrono::seconds>(*age).count();
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
  if (!read) return check::unknown(console, read.error().text());
  Report report{limits->judge(orphans),
                fmt::format("{} of {} active checks were not run when they were due", orphans, checks),
                {{"orphans", orphans, "", true}, {"checks", checks, "", false}}};
  if (!one.empty()) report.text += fmt::format(", {} is one", one);
  return check::finish(call, console, report, *limits);
}

}  // namespace merlin::mon
