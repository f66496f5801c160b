#include "shared/wire/text.hpp"

#include <algorithm>

namespace merlin::wire {
namespace {

constexpr unsigned char kFirstPrintable = 0x20;
constexpr unsigned char kDelete = 0x7f;
constexpr std::size_t kMaxContinuationBytes = 3;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

template <class IsReplaced>
bool replace(std::string& text, IsReplaced is_replaced) {
  bool any = false;
  for (char& byte : text) {
    if (!is_replaced(byte)) continue;
    byte = ' ';
    any = true;
  }
  return any;
}

}  // namespace

bool is_control(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return (value < kFirstPrintable && byte != '\t') || value == kDelete;
}

bool has_line_break(std::string_view text) { return text.find('\n') != std::string_view::npos || has_nul(text); }
bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool clean_line(std::string& text) { return replace(text, is_control); }
bool clean_lines(std::string& text) {
  return replace(text, [](char byte) { return byte != '\n' && is_control(byte); });
}

bool cut(std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return false;
  std::size_t end = max_bytes;
  for (std::size_t back = 0; back < kMaxContinuationBytes && end > 0 && continues_character(text[end]); ++back) --end;
  // Not UTF-8 here: cutting at the byte limit is as good as anywhere.
  if (end > 0 && continues_character(text[end])) end = max_bytes;
  text.resize(end);
  return true;
}

}  // namespace merlin::wire
