#include "module/agent/command_times.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "module/agent/command_table.hpp"
#include "shared/wire/limits.hpp"

namespace merlin::neb {
namespace {

std::string_view next_argument(std::string_view& rest) {
  const std::size_t end = rest.find(';');
  const std::string_view argument = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return argument;
}

// Parses as the core does: anything that is not a number is 0. Saturates where the core would wrap around.
std::int64_t number_in(std::string_view text) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  for (const char letter : text) {
    if (letter < '0' || letter > '9') break;
    if (number > (most - 9) / 10) return negative ? -most : most;
    number = number * 10 + (letter - '0');
  }
  return negative ? -number : number;
}

bool is_time(std::int64_t seconds) { return seconds >= 0 && seconds < wire::kEndOfTime_s; }

std::optional<std::string> wrong_moment(std::string_view what, std::string_view text) {
  if (is_time(number_in(text))) return std::nullopt;
  return std::string(what) + " " + std::string(text) + " is not a time between 1970 and 9999";
}

std::optional<std::string> wrong_downtime(std::string_view arguments) {
  const std::string_view start = next_argument(arguments);
  const std::string_view end = next_argument(arguments);
  const bool fixed = number_in(next_argument(arguments)) != 0;
  next_argument(arguments);  // skips the trigger
  const std::string_view duration = next_argument(arguments);
  if (auto wrong = wrong_moment("its start", start)) return wrong;
  if (auto wrong = wrong_moment("its end", end)) return wrong;
  if (number_in(start) > number_in(end)) return "it ends before it starts";
  // The core itself computes the duration of a fixed downtime.
  const std::int64_t lasts = fixed ? 0 : number_in(duration);
  if (lasts >= 0 && lasts <= wire::kMaxDuration_s) return std::nullopt;
  return "its duration of " + std::string(duration) + " s is longer than 10 years";
}

}  // namespace

bool is_interval(const std::string& text) {
  const double units = std::strtod(text.c_str(), nullptr);
  return units >= 0 && units <= static_cast<double>(wire::kMaxDuration_s);
}

std::optional<std::string> wrong_time(std::string_view name, std::string_view arguments, std::int64_t given_s) {
  if (!is_time(given_s)) return "the time " + std::to_string(given_s) + " of the command is not between 1970 and 9999";
  const ExternalCommand command = find_command(name);
  for (int before = command.before_times; before > 0; --before) next_argument(arguments);
  switch (command.times) {
    case CommandTimes::none:
      return std::nullopt;
    case CommandTimes::moment:
      return wrong_moment("the time", next_argument(arguments));
    case CommandTimes::downtime:
      return wrong_downtime(arguments);
    case CommandTimes::interval: {
      const std::string interval(next_argument(arguments));
      if (is_interval(interval)) return std::nullopt;
      return "the interval " + interval + " is not between 0 and 10 years";
    }
  }
  return std::nullopt;
}

}  // namespace merlin::neb
