// The module's own turns in the core's loop: a timer, and a wake-up for "in the next turn".
#pragma once

#include "module/core/core.hpp"

namespace merlin::neb {

class Pulse {
 public:
  static constexpr Millis kTick{50};

  // All outlive this. `ticker` is called every kTick while the loop turns, `waker` once after each wake().
  Pulse(Core& core, Watcher& ticker, Watcher& waker);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  bool running() const { return timer_ >= 0 && wake_ >= 0; }
  void wake();
  // First thing in the watchers' handlers.
  void acknowledge_tick();
  void acknowledge_wake();

 private:
  int start(int fd, Watcher& watcher);
  void stop(int fd);

  Core& core_;
  int timer_ = -1;
  int wake_ = -1;
  bool awake_ = false;
};

}  // namespace merlin::neb
