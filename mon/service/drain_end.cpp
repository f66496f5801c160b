#include "mon/service/drain_end.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <initializer_list>
#include <optional>

#include "shared/config/problems.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

constexpr std::int64_t kLongest_s = std::int64_t{366} * 24 * 60 * 60;
constexpr const char* kWhere = "node drain: --until";

std::tm local_time(std::int64_t time_s) {
  const std::time_t time = time_s;
  std::tm local{};
  ::localtime_r(&time, &local);
  return local;
}

// Fills in what the whole text says according to one of the formats.
bool parse(const std::string& text, std::initializer_list<const char*> formats, std::tm& parts) {
  return std::ranges::any_of(formats, [&, start = parts](const char* format) {
    parts = start;
    const char* end = ::strptime(text.c_str(), format, &parts);
    return end != nullptr && *end == '\0';
  });
}

std::optional<std::int64_t> next_time_of_day(const std::string& text, std::int64_t now_s) {
  std::tm parts = local_time(now_s);
  parts.tm_sec = 0;
  if (!parse(text, {"%H:%M", "%H:%M:%S"}, parts)) return std::nullopt;
  parts.tm_isdst = -1;
  std::tm tomorrow = parts;
  const std::int64_t today = std::mktime(&parts);
  if (today > now_s) return today;
  ++tomorrow.tm_mday;
  return std::mktime(&tomorrow);
}

// The C library turns February 31 into March 3.
bool is_same_day(const std::tm& given, const std::tm& made) { return given.tm_mday == made.tm_mday && given.tm_mon == made.tm_mon; }

std::optional<std::int64_t> local_date(const std::string& text) {
  std::tm given{};
  if (!parse(text, {"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}, given)) return std::nullopt;
  std::tm made = given;
  made.tm_isdst = -1;
  const std::int64_t time = std::mktime(&made);
  return is_same_day(given, made) ? std::optional(time) : std::nullopt;
}

std::optional<std::int64_t> date_with_zone(const std::string& text) {
  std::tm given{};
  if (!parse(text, {"%Y-%m-%d %H:%M%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%z"}, given)) return std::nullopt;
  const std::int64_t ahead_s = given.tm_gmtoff;
  std::tm made = given;
  const std::int64_t time = ::timegm(&made);
  return is_same_day(given, made) ? std::optional(time - ahead_s) : std::nullopt;
}

// With a unit: 30 alone could be seconds, minutes or an hour of the day.
std::optional<std::int64_t> time_from_now(const std::string& text, std::int64_t now_s) {
  const bool has_unit = std::ranges::any_of(text, [](char letter) { return letter < '0' || letter > '9'; });
  const auto length = config::read_value({.type = config::ValueType::duration}, text);
  if (!has_unit || !length) return std::nullopt;
  const std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(length->millis()).count();
  return now_s + std::min(seconds, kLongest_s + 1);
}

}  // namespace

Result<std::int64_t> read_end(const std::string& text, std::int64_t now_s) {
  auto end = next_time_of_day(text, now_s);
  if (!end) end = local_date(text);
  if (!end) end = date_with_zone(text);
  if (!end) end = time_from_now(text, now_s);
  if (!end)
    return Error{fmt::format("{} is not a time", config::quoted(text)), kWhere,
                 "after 30m, 2h or 1d, at 14:30, or at 2026-12-01T14:30 (local time, or with a zone: 2026-12-01T14:30+01:00)"};
  if (*end <= now_s) return Error{fmt::format("{} is in the past", config::quoted(text)), kWhere, ""};
  if (*end - now_s > kLongest_s)
    return Error{fmt::format("{} is more than a year away", config::quoted(text)), kWhere, "choose an end within a year"};
  return *end;
}

std::string end_text(std::int64_t end_s, std::int64_t now_s) {
  const std::tm end = local_time(end_s);
  const std::tm today = local_time(now_s);
  const bool is_today = end.tm_year == today.tm_year && end.tm_yday == today.tm_yday;
  return is_today ? fmt::format("{:%H:%M}", end) : fmt::format("{:%Y-%m-%d %H:%M}", end);
}

}  // namespace merlin::mon
