// Permits a line at most once per minute, so that nothing from outside floods the core's log.
#pragma once

#include <cstdint>
#include <optional>

#include "shared/base/time.hpp"

namespace merlin::neb {

class LogLimit {
 public:
  static constexpr Millis kPeriod{60000};

  // The number of lines suppressed since the last permitted one; empty: suppress this one too.
  std::optional<std::uint64_t> admit(SteadyTime now) {
    if (last_ && now - *last_ < kPeriod) {
      ++held_;
      return std::nullopt;
    }
    last_ = now;
    const std::uint64_t held = held_;
    held_ = 0;
    return held;
  }

 private:
  std::optional<SteadyTime> last_;
  std::uint64_t held_ = 0;
};

}  // namespace merlin::neb
