// Texts from outside that are written as single lines: into status.dat, retention.dat, nagios.log and merlind's log.
//
// A control character is a byte below 0x20 other than a tab, or 0x7f. A line break or a NUL inside such a text ends the line early, and the
// rest is read as something else. No core produces that, so it is rejected. Other control characters occasionally come from plugins and
// operators; they are replaced by a space.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace merlin::wire {

bool is_control(char byte);

// A line feed or NUL, which a text of one line never contains.
bool has_line_break(std::string_view text);
bool has_nul(std::string_view text);

// Replaces control characters by spaces; in a text of several lines, all except line feeds. True: something was replaced.
bool clean_line(std::string& text);
bool clean_lines(std::string& text);

// Truncates the text to at most `max_bytes`, not within a UTF-8 character. True: it was longer.
bool cut(std::string& text, std::size_t max_bytes);

}  // namespace merlin::wire
