#include "daemon/control/drain.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"

namespace merlin::daemon {
namespace {

std::tm local_time(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return local;
}

// "14:30", on another day "2026-12-02 14:30".
std::string end_text(std::int64_t until_ms, WallTime now) {
  const std::tm end = local_time(until_ms);
  const std::tm today = local_time(now.time_since_epoch().count());
  const bool is_today = end.tm_year == today.tm_year && end.tm_yday == today.tm_yday;
  return is_today ? fmt::format("{:%H:%M}", end) : fmt::format("{:%Y-%m-%d %H:%M}", end);
}

}  // namespace

Result<> check_order(const wire::Order& order, WallTime now) {
  if (order.reason.size() > wire::kMaxDrainReasonBytes)
    return Error{fmt::format("the reason has {} bytes", order.reason.size()), "",
                 fmt::format("write at most {}", wire::kMaxDrainReasonBytes)};
  if (std::ranges::any_of(order.reason, wire::is_control))
    return Error{"the reason contains a control character", "", "write one line of text"};
  if (order.until_ms == 0) return Ok{};
  const Millis left = Millis{order.until_ms} - now.time_since_epoch();
  if (left <= Millis{0}) return Error{fmt::format("the drain would end in the past, at {}", end_text(order.until_ms, now)), "", ""};
  if (left > kLongestDrain)
    return Error{fmt::format("the drain would last until {}", end_text(order.until_ms, now)), "", "choose an end within a year"};
  return Ok{};
}

std::string drain_text(const cluster::Drain& drain, const std::string& node, WallTime now) {
  const std::string end = drain.until_ms == 0 ? "until the drain ends" : fmt::format("until {}", end_text(drain.until_ms, now));
  const std::string reason = drain.reason.empty() ? "" : fmt::format("; reason: {}", drain.reason);
  return fmt::format("it runs no checks {} (mon node undrain {}){}", end, node, reason);
}

}  // namespace merlin::daemon
