// Thresholds as monitoring plugins take them: what is outside of the range is an alert.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace merlin::mon::check {

// "10" is 0 to 10, "10:" from 10 on, "~:10" up to 10, "10:20"; "@10:20": an alert inside of it.
struct Range {
  double lowest = 0;
  double highest = std::numeric_limits<double>::infinity();
  bool inside = false;
  std::string text;  // as it was given

  bool alerts(double value) const { return (value < lowest || value > highest) != inside; }
};

// None where it is not a range.
std::optional<Range> read_range(std::string_view text);

}  // namespace merlin::mon::check
