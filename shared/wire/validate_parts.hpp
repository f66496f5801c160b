// Parts of messages of several kinds. For the validate_*.cpp files.
#pragma once

#include <cstdint>
#include <vector>

#include "shared/wire/field_checker.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::wire {

void check_notification(FieldChecker& fields, Notification& notification);
// Whether a time in a check register is possible. A time before 1970, from a machine without a clock, is
// possible: code that shows it treats it as 1970.
bool is_moment(std::int64_t offset_ms, std::int64_t base_ms);
// Shortens waits to kMaxInFlightWait_ms.
void limit_waits(std::vector<InFlight>& in_flight);

// Drops the lines that are no notification's or exceed the bounds, and counts this as rejected.
void correct_log(std::vector<std::string>& log, const ObjectKey& object, Rejects& rejects);

}  // namespace merlin::wire
