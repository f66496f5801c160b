// The end of a drain, as an operator writes and reads it.
#pragma once

#include <cstdint>
#include <string>

#include "shared/base/result.hpp"

namespace merlin::mon {

// Seconds since 1970. Accepts a time from now ("30m", "2h", "1d"), the next time of that day in local time ("14:30"), and a date with
// a time, local or with a zone ("2026-12-01T14:30", "2026-12-01 14:30:00", "2026-12-01T14:30Z", "2026-12-01T14:30+01:00").
// Error: none of these, not in the future, or more than a year away.
Result<std::int64_t> read_end(const std::string& text, std::int64_t now_s);

// In local time: "14:30", on another day "2026-12-02 14:30".
std::string end_text(std::int64_t end_s, std::int64_t now_s);

}  // namespace merlin::mon
