// Gives the node its time: a tick at least every 50 ms. If the loop was away for longer than a heartbeat, because of a SIGSTOP or a
// suspended machine, it first reads everything that has arrived, and the tick states how late it is (R2).
#pragma once

#include <ev++.h>

#include <functional>

#include "shared/base/time.hpp"

namespace merlin::daemon {

class Ticker {
 public:
  static constexpr Millis kPeriod{50};
  // The maximum time for reading, however much there is.
  static constexpr Millis kMaxCatchUp{2'000};

  using Tick = std::function<void(Now, Millis late_by)>;

  Ticker(ev::loop_ref loop, Millis heartbeat, Tick tick);
  Ticker(Ticker&&) = delete;

  void start();
  void stop();
  void set_heartbeat(Millis heartbeat) { heartbeat_ = heartbeat; }

 private:
  void timer() noexcept;
  void all_is_read() noexcept;
  void tick(Now now, Millis late_by);

  Millis heartbeat_;
  Tick tick_;
  ev::timer timer_;
  ev::idle idle_;  // runs when nothing else is left to do
  SteadyTime last_{};
  SteadyTime catching_up_since_{};
};

}  // namespace merlin::daemon
