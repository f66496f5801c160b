// Drains: what an operator may order, and what is shown of one.
#pragma once

#include <string>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/interface/settings.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::daemon {

// A later end is a typing error.
inline constexpr Millis kLongestDrain = std::chrono::hours(24 * 366);

// Error: a reason that is too long or not one line of text, or an end that is past or too far away.
Result<> check_order(const wire::Order& order, WallTime now);

// Why the drained node runs no checks, for people; times are local.
std::string drain_text(const cluster::Drain& drain, const std::string& node, WallTime now);

}  // namespace merlin::daemon
