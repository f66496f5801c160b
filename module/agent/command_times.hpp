// Checks the times in an operator's command. A core that displays a time without a calendar date crashes, and so does every
// core to which the time is replicated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace merlin::neb {

// The error in the times of this command, submitted at `given_s`; empty: the core may execute it.
std::optional<std::string> wrong_time(std::string_view name, std::string_view arguments, std::int64_t given_s);
// Whether the core's command accepts it as a check interval.
bool is_interval(const std::string& text);

}  // namespace merlin::neb
