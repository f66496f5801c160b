// The module's turns in the core's loop: a timer, and a wake-up for the next turn.
#pragma once

#include "module/shell/loop.hpp"
#include "shared/base/time.hpp"

namespace merlin::neb {

class Pulse {
 public:
  static constexpr Millis kTick{50};

  // All parameters must outlive this. `ticker` is called every kTick while the loop runs, `waker` once after each wake().
  Pulse(Loop& loop, Watcher& ticker, Watcher& waker);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  bool running() const { return timer_ >= 0 && wake_ >= 0; }
  void wake();
  // To be called first in the watchers' handlers.
  void acknowledge_tick();
  void acknowledge_wake();

 private:
  int start(int fd, Watcher& watcher);
  void stop(int fd);

  Loop& loop_;
  int timer_ = -1;
  int wake_ = -1;
  bool awake_ = false;
};

}  // namespace merlin::neb
