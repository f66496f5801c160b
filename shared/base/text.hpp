// Small questions about text that several parsers ask. Only ASCII counts: names in configuration files are compared bytewise beyond it.
#pragma once

#include <string>
#include <string_view>

namespace merlin {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

constexpr char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower_case(std::string_view text);

// Without blanks and carriage returns at both ends.
std::string trimmed(std::string_view text);

}  // namespace merlin
