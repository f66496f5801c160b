// The main loop of our core, as the messages of its module show it: running, busy on purpose, or hung (R2).
#pragma once

#include <algorithm>
#include <optional>

#include "shared/base/time.hpp"

namespace merlin::cluster {

class CoreLoop {
 public:
  // `now`: the time of its last turn.
  CoreLoop() = default;
  explicit CoreLoop(SteadyTime now) : last_turn_(now) {}

  void turned(SteadyTime now) { last_turn_ = now; }
  // Until then the core is busy on purpose and does not count as hung. Empty: it is no longer busy.
  void set_busy(std::optional<SteadyTime> until) { busy_until_ = until; }
  bool is_busy(SteadyTime now) const { return busy_until_ && now < *busy_until_; }
  Millis busy_for(SteadyTime now) const { return is_busy(now) ? *busy_until_ - now : Millis{0}; }
  // The time since its last turn.
  Millis age(SteadyTime now) const { return std::max(Millis{0}, now - last_turn_); }
  bool is_hung() const { return is_hung_; }

  struct Change {
    bool busy_ended = false;
    bool hung = false;    // from now on
    bool turned = false;  // again, after it had hung
  };
  Change judge(SteadyTime now, Millis timeout) {
    Change change;
    if (busy_until_ && now >= *busy_until_) {
      busy_until_.reset();
      change.busy_ended = true;
    }
    const bool hung = !busy_until_ && now - last_turn_ > timeout;
    change.hung = hung && !is_hung_;
    change.turned = !hung && is_hung_;
    is_hung_ = hung;
    return change;
  }

  // Moves its times by a pause of our own loop, but none further than if it were set now.
  void shift(Millis late_by, Millis busy_limit, SteadyTime now) {
    last_turn_ = std::min(last_turn_ + late_by, now);
    if (busy_until_) *busy_until_ = std::min(*busy_until_ + late_by, now + busy_limit);
  }

 private:
  SteadyTime last_turn_{};
  std::optional<SteadyTime> busy_until_;
  bool is_hung_ = false;
};

}  // namespace merlin::cluster
