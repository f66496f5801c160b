// The parts of key_table.cpp, and how their rows state a type.
#pragma once

#include <vector>

#include "shared/config/key_table.hpp"

namespace merlin::config {

std::vector<KeySpec> top_keys();
std::vector<KeySpec> program_keys();  // module, daemon, core
std::vector<KeySpec> node_keys();

inline Rule of(ValueType type) { return {type, 0, std::numeric_limits<std::int64_t>::max(), {}, {}}; }
inline Rule whole(std::int64_t min, std::int64_t max, std::string_view word = {}) { return {ValueType::integer, min, max, {}, word}; }
inline Rule a_time(Millis min, Millis max) { return {ValueType::duration, min.count(), max.count(), {}, {}}; }
inline Rule a_size(std::int64_t min, std::int64_t max, std::string_view word = {}) { return {ValueType::size, min, max, {}, word}; }
inline Rule one_of(std::span<const Choice> choices) { return {ValueType::choice, 0, 0, choices, {}}; }
inline Rule a_port() { return whole(1, 65535); }

inline constexpr Choice kLogLevels[] = {{"debug", 0}, {"info", 1}, {"warning", 2}, {"error", 3}, {"all", 0}, {"warn", 2}, {"err", 3}};
// For lists that can be given in several lines.
inline void append(std::vector<std::string>& list, const std::vector<std::string>& more) {
  list.insert(list.end(), more.begin(), more.end());
}
inline LogLevel log_level_of(const Value& value) { return static_cast<LogLevel>(value.number); }

}  // namespace merlin::config
