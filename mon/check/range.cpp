#include "mon/check/range.hpp"

#include <charconv>
#include <cmath>

namespace merlin::mon::check {
namespace {

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<double> read_lowest(std::string_view text) {
  if (text == "~") return -std::numeric_limits<double>::infinity();
  return text.empty() ? 0.0 : read_number(text);
}

std::optional<double> read_highest(std::string_view text) {
  return text.empty() ? std::numeric_limits<double>::infinity() : read_number(text);
}

}  // namespace

std::optional<Range> read_range(std::string_view text) {
  Range range;
  range.text = text;
  if (text.starts_with('@')) {
    range.inside = true;
    text.remove_prefix(1);
  }
  const std::size_t colon = text.find(':');
  if (text.empty() || text == ":") return std::nullopt;
  const bool has_start = colon != std::string_view::npos;
  const auto lowest = has_start ? read_lowest(text.substr(0, colon)) : std::optional(0.0);
  const auto highest = read_highest(has_start ? text.substr(colon + 1) : text);
  if (!lowest || !highest || *lowest > *highest) return std::nullopt;
  range.lowest = *lowest;
  range.highest = *highest;
  return range;
}

}  // namespace merlin::mon::check
