// Parses the command line with the command table.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mon/cli/command.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon {

inline constexpr Millis kLongestTimeout = std::chrono::hours(24);

// `mon --help`, `mon node --help`, `mon node add --help`, `mon help node add`: the topic; empty: everything.
struct HelpWanted {
  std::string topic;
  bool all = false;       // --all: including the plumbing
  bool is_short = false;  // without arguments
};

// `arguments` are those after the program's name; `default_config` is used if --config is not given. Error: `where` is the typed text; the
// caller exits with kWrongUsage.
Result<std::variant<Call, HelpWanted>> parse_arguments(const std::vector<std::string>& arguments, const std::string& default_config);

// "30", "30s", "500ms", "2m", "1h": more than 0, at most kLongestTimeout.
std::optional<Millis> read_timeout(std::string_view text);

}  // namespace merlin::mon
