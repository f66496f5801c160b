// Time for the heart: a tick at least every 50 ms. When the loop was away for longer than a beat, by a SIGSTOP or a
// suspended machine, all that has arrived meanwhile is read first, and the tick says how late it is (R2).
#pragma once

#include <ev++.h>

#include <functional>

#include "base/time.hpp"

namespace merlin::daemon {

class Ticker {
 public:
  static constexpr Millis kPeriod{50};
  // Reading takes no longer than this, however much there is.
  static constexpr Millis kMaxCatchUp{2'000};

  using Tick = std::function<void(Now, Millis late_by)>;

  Ticker(ev::loop_ref loop, Millis beat, Tick tick);
  Ticker(Ticker&&) = delete;

  void start();
  void stop();
  void set_beat(Millis beat) { beat_ = beat; }

 private:
  void timer() noexcept;
  void all_is_read() noexcept;
  void tick(Now now, Millis late_by);

  Millis beat_;
  Tick tick_;
  ev::timer timer_;
  ev::idle idle_;  // its turn comes when nothing else is left to do
  SteadyTime last_{};
  SteadyTime catching_up_since_{};
};

}  // namespace merlin::daemon
