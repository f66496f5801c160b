// Thresholds in the format of monitoring plugins: a value outside the range is an alert.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace merlin::mon::check {

// "10" is 0 to 10, "10:" at least 10, "~:10" at most 10, "10:20"; "@10:20": a value inside is an alert.
struct Range {
  double lowest = 0;
  double highest = std::numeric_limits<double>::infinity();
  bool inside = false;
  std::string text;  // as given

  bool alerts(double value) const { return (value < lowest || value > highest) != inside; }
};

// Empty if it is not a range.
std::optional<Range> read_range(std::string_view text);

}  // namespace merlin::mon::check
