// Starts of our core that ended early. A core that crashes soon after each start, and not over a row that it is processing, may crash
// because of rows that it received before: then it starts without operators' registers (R6). Pure.
#pragma once

#include <cstdint>

#include "shared/base/time.hpp"

namespace merlin::cluster {

class CoreStarts {
 public:
  static constexpr Millis kEarly{30'000};
  static constexpr int kMany = 2;
  // A core that runs for this long without operators' registers receives them again.
  static constexpr Millis kRetry{10 * 60 * 1000};

  // A module has connected. If it is the same process again, only the link was lost.
  void connected(std::uint32_t pid, SteadyTime now) {
    if (pid == pid_) return;
    died_early_ = ended_early_ ? died_early_ + 1 : 0;
    pid_ = pid;
    since_ = now;
    ended_early_ = false;
  }
  // `planned`: the core had announced it.
  void lost(bool planned, SteadyTime now) { ended_early_ = !planned && now - since_ < kEarly; }

  // True: operators' registers are sent again now. A crash soon after that counts like one after a start.
  bool retry(SteadyTime now) {
    if (!keep_dying() || now - since_ < kRetry) return false;
    since_ = now;
    return true;
  }

  int died_early() const { return died_early_; }
  bool keep_dying() const { return died_early_ >= kMany; }

 private:
  std::uint32_t pid_ = 0;
  SteadyTime since_{};
  bool ended_early_ = false;
  int died_early_ = 0;  // in a row
};

}  // namespace merlin::cluster
