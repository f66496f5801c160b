// Collects errors up to a limit; further ones are only counted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::config {

inline constexpr std::size_t kMaxErrors = 100;  // then one more that states the number of omitted errors

class Problems {
 public:
  void add(Error error);
  bool empty() const { return kept_.empty(); }
  // The first max_errors; if there are more, the last one says "and N more errors".
  std::vector<Error> take();

 private:
  std::vector<Error> kept_;
  std::size_t left_out_ = 0;
};

// Part of an untrusted file for a message: quoted, short, without control characters.
std::string quoted(std::string_view text);

}  // namespace merlin::config
