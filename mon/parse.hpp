// The command line, taken apart by the table of commands.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "mon/command.hpp"

namespace merlin::mon {

inline constexpr Millis longest_timeout = std::chrono::hours(24);

// `mon --help`, `mon node --help`, `mon node add --help`: what was asked about; empty: everything.
struct HelpWanted {
  std::string topic;
};

// `arguments` are those behind the program's name; `default_config` holds where --config is not given.
// Error: where is what was typed; the caller ends with wrong_usage.
Result<std::variant<Call, HelpWanted>> parse_arguments(const std::vector<std::string>& arguments, const std::string& default_config);

// "30", "30s", "500ms", "2m", "1h": more than nothing, at most longest_timeout.
std::optional<Millis> read_timeout(std::string_view text);

}  // namespace merlin::mon
