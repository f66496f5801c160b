// The event queue of a simulated world. Events of the same millisecond run in the order in which they were added.
#pragma once

#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "shared/base/time.hpp"

namespace merlin::sim {

class Events {
 public:
  using Step = std::function<void()>;

  Millis now() const { return now_; }

  void at(Millis when, Step step) { queue_.push(Event{std::max(when, now_), next_++, std::move(step)}); }
  void after(Millis delay, Step step) { at(now_ + delay, std::move(step)); }

  // Runs everything up to `end`, unless `stop` returns true after an event.
  template <class Stop>
  void run(Millis end, const Stop& stop) {
    while (!queue_.empty() && queue_.top().when <= end) {
      Event event = std::move(const_cast<Event&>(queue_.top()));  // popped immediately afterwards
      queue_.pop();
      now_ = event.when;
      event.step();
      if (stop()) return;
    }
    now_ = end;
  }

 private:
  struct Event {
    Millis when;
    std::uint64_t number;
    Step step;
    bool operator<(const Event& other) const { return when != other.when ? when > other.when : number > other.number; }
  };

  Millis now_{0};
  std::uint64_t next_ = 0;
  std::priority_queue<Event> queue_;
};

}  // namespace merlin::sim
