// The delay before the next attempt: it doubles from `first` to `longest`, and is drawn between half of that value and the full value, so
// that many nodes do not try at the same moment.
#pragma once

#include <cstdint>

#include "shared/base/time.hpp"

namespace merlin::net {

class Backoff {
 public:
  Backoff(Millis first, Millis longest) : first_(first), longest_(longest), next_(first) {}

  // `random`: any number; all values are equally likely.
  Millis draw(std::uint64_t random);
  void reset() { next_ = first_; }

 private:
  Millis first_;
  Millis longest_;
  Millis next_;
};

}  // namespace merlin::net
