// Errors gathered up to a bound; what is past it is only counted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace merlin::config {

inline constexpr std::size_t max_errors = 100;  // then one more that says how many were left out

class Problems {
 public:
  void add(Error error);
  bool empty() const { return kept_.empty(); }
  // The first max_errors, and a last one that says "and N more errors" where there were more.
  std::vector<Error> take();

 private:
  std::vector<Error> kept_;
  std::size_t left_out_ = 0;
};

// A piece of a hostile file as it may stand in a message: in quotes, short, without control characters.
std::string quoted(std::string_view text);

}  // namespace merlin::config
