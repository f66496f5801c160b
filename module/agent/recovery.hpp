// When a module that an internal error has ended is created again: after a time that grows with each failure, and not for ever,
// because the next one may fail by the same error. Pure.
#pragma once

#include <optional>

#include "shared/base/time.hpp"

namespace merlin::neb {

class Recovery {
 public:
  static constexpr int kMost = 5;
  static constexpr Millis kFirstWait{10'000};
  static constexpr int kFactor = 3;
  // After this time without an error, counting starts again.
  static constexpr Millis kWell{60 * 60 * 1000};

  // The module has failed. Returns the time until the next attempt; empty: none until the core is restarted.
  std::optional<Millis> failed(SteadyTime now) {
    if (last_ && now - *last_ > kWell + wait_) failures_ = 0;
    last_ = now;
    if (++failures_ > kMost) return std::nullopt;
    wait_ = failures_ == 1 ? kFirstWait : wait_ * kFactor;
    return wait_;
  }
  // The next module gets the previous one's unsent data, but only once: the data may be the cause of the failure.
  bool keeps_unsent() const { return failures_ == 1; }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
  Millis wait_{0};
  std::optional<SteadyTime> last_;
};

}  // namespace merlin::neb
