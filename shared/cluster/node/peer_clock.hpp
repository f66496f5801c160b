// What the heartbeats of another node show about its clock and the latency to it. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>

#include "shared/base/time.hpp"

namespace merlin::cluster {

class PeerClock {
 public:
  static constexpr std::size_t kClockSamples = 16;
  static constexpr std::size_t kRoundTrips = 9;

  // Its wall clock minus ours, computed when a heartbeat arrived.
  void add_sample(Millis difference) {
    samples_.push_back(difference);
    if (samples_.size() > kClockSamples) samples_.pop_front();
    // The heartbeat with the shortest transit is the most accurate.
    offset_ = *std::max_element(samples_.begin(), samples_.end());
  }
  void add_round_trip(Millis time) {
    round_trips_.push_back(std::max(Millis{0}, time));
    if (round_trips_.size() > kRoundTrips) round_trips_.pop_front();
  }

  // Its wall clock minus ours; 0 while it is not known.
  Millis offset() const { return offset_; }
  bool is_known() const { return !samples_.empty(); }
  // One way, in milliseconds. A median, so that a single delayed heartbeat has no effect.
  std::optional<double> latency_ms() const {
    if (round_trips_.empty()) return std::nullopt;
    std::deque<Millis> sorted = round_trips_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return static_cast<double>(middle->count()) / 2.0;
  }

 private:
  std::deque<Millis> samples_;  // the newest
  Millis offset_{0};
  std::deque<Millis> round_trips_;  // the newest, each 0 or more
};

}  // namespace merlin::cluster
