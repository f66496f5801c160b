// How long to wait before trying again: doubling from `first` to `longest`, and drawn between half and the whole of
// that, so that many nodes do not come at the same moment.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace merlin::net {

class Backoff {
 public:
  Backoff(Millis first, Millis longest) : first_(first), longest_(longest), next_(first) {}

  // `random`: any number, all values equally likely.
  Millis draw(std::uint64_t random);
  void reset() { next_ = first_; }

 private:
  Millis first_;
  Millis longest_;
  Millis next_;
};

}  // namespace merlin::net
