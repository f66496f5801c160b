#include "mon/check/plugin.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "mon/cli/options.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon::check {
namespace {

constexpr Millis kPluginTimeout = std::chrono::seconds(10);
constexpr std::chrono::seconds kUsualAge = std::chrono::minutes(5);

using nlohmann::ordered_json;

constexpr const char* kStateNames[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
constexpr int kSignificantDigits = 6;

const char* name_of(State state) { return kStateNames[static_cast<int>(state)]; }

int rank(State state) {
  switch (state) {
    case State::ok:
      return 0;
    case State::unknown:
      return 1;
    case State::warning:
      return 2;
    case State::critical:
      return 3;
  }
  return 0;
}

std::string number(double value) { return fmt::format("{:.{}g}", std::isfinite(value) ? value : 0.0, kSignificantDigits); }

// One line, without characters that have a meaning for the core.
std::string for_one_line(std::string_view text) {
  std::string line = plain(text);
  std::ranges::replace(line, '|', '/');
  return line;
}

std::string label_text(const std::string& label) {
  std::string safe = for_one_line(label);
  std::erase_if(safe, [](char letter) { return letter == '\'' || letter == '='; });
  return safe.find(' ') == std::string::npos ? safe : "'" + safe + "'";
}

std::string performance(const Report& report, const Thresholds* limits) {
  std::string text;
  for (const Measure& measure : report.measures) {
    text += fmt::format(" {}={}{}", label_text(measure.label), number(measure.value), measure.unit);
    if (measure.judged && limits != nullptr) text += fmt::format(";{};{}", limits->warning.text, limits->critical.text);
  }
  return text;
}

ordered_json document(const Report& report, const Thresholds* limits) {
  ordered_json measures = ordered_json::array();
  for (const Measure& measure : report.measures) {
    const bool judged = measure.judged && limits != nullptr;
    measures.push_back({{"label", measure.label},
                        {"value", measure.value},
                        {"unit", measure.unit},
                        {"warning", judged ? ordered_json(limits->warning.text) : ordered_json(nullptr)},
                        {"critical", judged ? ordered_json(limits->critical.text) : ordered_json(nullptr)}});
  }
  return {{"state", name_of(report.state)}, {"status", static_cast<int>(report.state)}, {"text", report.text}, {"performance", measures}};
}

int print_report(const Call& call, Console& console, const Report& report, const Thresholds* limits) {
  if (call.json()) {
    console.print(document(report, limits));
    return static_cast<int>(report.state);
  }
  const std::string measured = performance(report, limits);
  console.out << name_of(report.state) << ": " << for_one_line(report.text) << (measured.empty() ? "" : " |") << measured << '\n';
  return static_cast<int>(report.state);
}

Result<Range> range_of(const Call& call, const std::string& option, const char* otherwise) {
  const auto given = call.options.find(option);
  const std::string text = given == call.options.end() ? otherwise : given->second;
  auto range = read_range(text);
  if (!range) return Error{fmt::format("{} is not a range", config::quoted(text)), option, "10, 10:, ~:10, 10:20 or @10:20"};
  return std::move(*range);
}

void on_alarm(int) {
  constexpr std::string_view said = "UNKNOWN: no answer in time\n";
  if (::write(STDOUT_FILENO, said.data(), said.size()) < 0) ::_exit(static_cast<int>(State::unknown));
  ::_exit(static_cast<int>(State::unknown));
}

}  // namespace

State Thresholds::judge(double value) const {
  if (critical.alerts(value)) return State::critical;
  return warning.alerts(value) ? State::warning : State::ok;
}

State worse(State one, State other) { return rank(one) < rank(other) ? other : one; }

Command plugin(Command command) {
  command.section = Section::plugins;
  command.options.insert(command.options.begin(),
                         {{"--warning", "RANGE", "warning outside this range: 10, 10:, ~:10, 10:20; inside it: @10:20"},
                          {"--critical", "RANGE", "critical outside this range"}});
  command.options.push_back(options::kJson);
  command.timeout = kPluginTimeout;
  return command;
}

Result<Thresholds> thresholds(const Call& call, const char* warning, const char* critical) {
  auto first = range_of(call, "--warning", warning);
  if (!first) return first.error();
  auto second = range_of(call, "--critical", critical);
  if (!second) return second.error();
  return Thresholds{std::move(*first), std::move(*second)};
}

Result<std::chrono::seconds> max_age(const Call& call) {
  const auto given = call.options.find(kMaxAge.name);
  if (given == call.options.end()) return kUsualAge;
  const auto read = config::read_value({.type = config::ValueType::duration}, given->second);
  if (!read) return Error{"--max-age is not a time: 30s, 5m or 2h", "", ""};
  return std::chrono::duration_cast<std::chrono::seconds>(read->millis());
}

int finish(const Call& call, Console& console, const Report& report, const Thresholds& limits) {
  return print_report(call, console, report, &limits);
}

int finish(const Call& call, Console& console, const Report& report) { return print_report(call, console, report, nullptr); }

int unknown(Console& console, const std::string& text) {
  console.out << name_of(State::unknown) << ": " << for_one_line(text) << '\n';
  return static_cast<int>(State::unknown);
}

void end_in_time(const Call& call) {
  struct sigaction action {};
  action.sa_handler = on_alarm;
  ::sigaction(SIGALRM, &action, nullptr);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(call.timeout);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(call.timeout - seconds);
  const itimerval timer{{0, 0}, {static_cast<time_t>(seconds.count()), static_cast<suseconds_t>(rest.count())}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace merlin::mon::check
