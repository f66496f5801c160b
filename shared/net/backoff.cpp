#include "shared/net/backoff.hpp"

#include <algorithm>

namespace merlin::net {

Millis Backoff::draw(std::uint64_t random) {
  const Millis pause = next_;
  next_ = std::min(next_ * 2, longest_);
  const auto half = static_cast<std::uint64_t>(pause.count() / 2);
  return Millis(static_cast<std::int64_t>(half + random % (half + 1)));
}

}  // namespace merlin::net
