// The known word for a misspelt one.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace merlin::config {

// The candidate with the fewest letters to change, add, drop or swap, ignoring case. Empty if that is more than about a third of the word.
// Ties: the first candidate. The view is one of `candidates`.
std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace merlin::config
