// What every plugin of `mon check` has: thresholds, one line with performance data, an end in time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mon/check/range.hpp"
#include "mon/command.hpp"

namespace merlin::mon::check {

// The exit status of a plugin.
enum class State { ok = 0, warning = 1, critical = 2, unknown = 3 };

// One number for graphs.
struct Measure {
  std::string label;
  double value = 0;
  std::string unit;     // "s", "%", "ms" or empty
  bool judged = false;  // it is what --warning and --critical are about
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

// The worse of two: critical, warning, unknown, ok.
State worse(State one, State other);

// Of --warning and --critical, else these. Empty after the line of an unknown state was printed.
std::optional<Thresholds> thresholds(const Call& call, Console& console, const char* warning, const char* critical);

// Prints "OK: text | label=value;warning;critical", or with --json one document; the exit status.
int finish(const Call& call, Console& console, const Report& report, const Thresholds& limits);
int finish(const Call& call, Console& console, const Report& report);
int unknown(Console& console, const std::string& text);

// From here on the process ends with an unknown state when the call's --timeout has passed.
void end_in_time(const Call& call);

}  // namespace merlin::mon::check
