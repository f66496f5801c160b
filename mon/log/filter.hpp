// Selects lines of a log.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "mon/cli/command.hpp"
#include "mon/log/line.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::log {

struct Filter {
  using Names = std::set<std::string, std::less<>>;  // empty: all

  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  Names hosts;
  Names services;
  Names types;
  Names states;                      // in capital letters
  Names state_types;                 // in capital letters
  std::optional<std::size_t> limit;  // at most this many, the newest

  bool takes(const Line& line) const;
};

// From --first, --last, --host, --service, --type, --state, --state-type and --limit. `now`: seconds since 1970.
Result<Filter> read_filter(const Call& call, std::int64_t now);

// "2026-11-21", "2026-11-21 10:30", "2026-11-21 10:30:15" (local time), seconds since 1970, or how long ago: "2h".
std::optional<std::int64_t> read_time(const std::string& text, std::int64_t now);

}  // namespace merlin::mon::log
