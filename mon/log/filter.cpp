#include "mon/log/filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>

#include "shared/config/problems.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon::log {
namespace {

constexpr std::size_t kMostLines = 10'000'000;
constexpr std::size_t kShortestEpoch = 5;  // digits; a number with fewer digits is seconds ago
constexpr const char* kAllTypes[] = {"alert", "notification", "state", "flapping", "downtime", "command", "result", "handler", "other"};

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<std::int64_t> read_date(const std::string& text) {
  for (const char* format : {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
    std::tm local{};
    const char* end = ::strptime(text.c_str(), format, &local);
    if (end == nullptr || *end != '\0') continue;
    local.tm_isdst = -1;
    return std::mktime(&local);
  }
  return std::nullopt;
}

Filter::Names names_of(const Call& call, std::string_view option, bool capitals = false) {
  Filter::Names names;
  const auto given = call.options.find(option);
  if (given == call.options.end()) return names;
  std::string_view rest = given->second;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string name(rest.substr(0, comma));
    if (capitals) std::ranges::transform(name, name.begin(), [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    if (!name.empty()) names.insert(std::move(name));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return names;
}

Error wrong(const Call& call, std::string_view option, std::string_view value, std::string fix) {
  return {fmt::format("{} is not valid", config::quoted(value)), fmt::format("{}: {}", call.command->name, option), std::move(fix)};
}

Result<> read_times(const Call& call, Filter& filter, std::int64_t now) {
  for (auto [option, place] : {std::pair{"--first", &filter.first}, std::pair{"--last", &filter.last}}) {
    const auto given = call.options.find(option);
    if (given == call.options.end()) continue;
    const auto time = read_time(given->second, now);
    if (!time)
      return wrong(call, option, given->second, "2026-11-21, '2026-11-21 10:30', seconds since 1970, or how long ago: 90s, 2h, 7d");
    *place = *time;
  }
  return Ok{};
}

bool fits(const Filter::Names& names, std::string_view value) { return names.empty() || names.contains(value); }

}  // namespace

bool Filter::takes(const Line& line) const {
  if (line.time < first || line.time > last) return false;
  const Meaning meaning = meaning_of(line.text);
  return fits(types, meaning.type) && fits(hosts, meaning.host) && fits(services, meaning.service) && fits(states, meaning.state) &&
         fits(state_types, meaning.state_type);
}

std::optional<std::int64_t> read_time(const std::string& text, std::int64_t now) {
  const auto number = read_number(text);
  if (number && text.size() >= kShortestEpoch) return number;
  if (const auto date = read_date(text)) return date;
  const auto ago = config::read_value({.type = config::ValueType::duration}, text);
  if (!ago) return std::nullopt;
  return now - std::chrono::duration_cast<std::chrono::seconds>(ago->millis()).count();
}

Result<Filter> read_filter(const Call& call, std::int64_t now) {
  Filter filter;
  if (auto times = read_times(call, filter, now); !times) return times.error();
  filter.hosts = names_of(call, "--host");
  filter.services = names_of(call, "--service");
  filter.types = names_of(call, "--type");
  filter.states = names_of(call, "--state", true);
  filter.state_types = names_of(call, "--state-type", true);
  for (const std::string& type : filter.types) {
    if (std::ranges::find(kAllTypes, type) == std::end(kAllTypes))
      return wrong(call, "--type", type, fmt::format("one of {}", fmt::join(kAllTypes, ", ")));
  }
  for (const std::string& type : filter.state_types) {
    if (type != "HARD" && type != "SOFT") return wrong(call, "--state-type", call.options.find("--state-type")->second, "hard or soft");
  }
  if (const auto given = call.options.find("--limit"); given != call.options.end()) {
    const auto count = read_number(given->second);
    if (!count || *count < 1 || static_cast<std::size_t>(*count) > kMostLines)
      return wrong(call, "--limit", given->second, fmt::format("a number from 1 to {}", kMostLines));
    filter.limit = static_cast<std::size_t>(*count);
  }
  return filter;
}

}  // namespace merlin::mon::log
