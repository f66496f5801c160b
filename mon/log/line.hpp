// Lines of the core's log: "[SECONDS] KIND: FIELD;FIELD;…". Any other text is a line of an unknown kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace merlin::mon::log {

// The parts of a line: views into it, empty if the line has no such field.
struct Meaning {
  std::string_view type = "other";  // alert, notification, state, flapping, downtime, command, result, handler, other
  std::string_view host;
  std::string_view service;
  std::string_view state;       // "CRITICAL"
  std::string_view state_type;  // "HARD", "SOFT"
};

struct Line {
  std::int64_t time = 0;  // seconds since 1970
  std::string text;       // without the time
};

// Empty if it does not begin with a time.
std::optional<Line> read_line(std::string_view raw);
std::string raw_text(const Line& line);
Meaning meaning_of(std::string_view text);

}  // namespace merlin::mon::log
