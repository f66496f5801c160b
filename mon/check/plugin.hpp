// Common parts of all plugins of `mon check`: thresholds, one line with performance data, a time limit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mon/check/range.hpp"
#include "mon/cli/command.hpp"

namespace merlin::mon::check {

// The exit status of a plugin.
enum class State { ok = 0, warning = 1, critical = 2, unknown = 3 };

// One number for graphs.
struct Measure {
  std::string label;
  double value = 0;
  std::string unit;     // "s", "%", "ms" or empty
  bool judged = false;  // --warning and --critical apply to it
};

struct Report {
  State state = State::ok;
  std::string text;
  std::vector<Measure> measures;
};

struct Thresholds {
  Range warning;
  Range critical;

  State judge(double value) const;
};

// The worse of two states: critical, warning, unknown, ok.
State worse(State one, State other);

// Describes a plugin: adds its section, --warning, --critical, --json and the time limit of plugins. Its details explain what the
// thresholds limit.
Command plugin(Command command);

inline constexpr Option kMaxAge{"--max-age", "TIME", "how old is too old (default 5m)"};

// From --max-age, else 5 minutes.
Result<std::chrono::seconds> max_age(const Call& call);

// From --warning and --critical, else these defaults.
Result<Thresholds> thresholds(const Call& call, const char* warning, const char* critical);

// Prints "OK: text | label=value;warning;critical", or one document with --json; returns the exit status.
int finish(const Call& call, Console& console, const Report& report, const Thresholds& limits);
int finish(const Call& call, Console& console, const Report& report);
// For a failure: the line of an unknown state.
int unknown(Console& console, const std::string& text);

// From now on the process ends with an unknown state when the call's --timeout has passed.
void end_in_time(const Call& call);

}  // namespace merlin::mon::check
