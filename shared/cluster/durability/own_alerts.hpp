// Alerts of our own core (R7): its module sends each again until its event is on disk here, so that a daemon that is killed
// loses none. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "shared/wire/messages.hpp"

namespace merlin::cluster {

class OwnAlerts {
 public:
  static constexpr std::size_t kMostBatches = 65'536;

  // The store has the events of all alerts up to this clock.
  void restored(std::uint64_t clock) { noted_ = clock; }
  // Whether it has no event yet; it gets one now. A module's clock only goes forward, and it sends its alerts in order.
  bool is_new(const wire::Register& alert) { return alert.version.hlc > std::exchange(noted_, std::max(noted_, alert.version.hlc)); }

  // The module waits until so many events are settled (Journal::happened_count()).
  void received(std::uint64_t batch, std::uint64_t events) {
    waiting_.emplace_back(batch, events);
    if (waiting_.size() > kMostBatches) waiting_.pop_front();
  }
  // The batches that it need not send again.
  std::vector<std::uint64_t> take_safe(std::uint64_t settled) {
    std::vector<std::uint64_t> batches;
    for (; !waiting_.empty() && waiting_.front().second <= settled; waiting_.pop_front()) batches.push_back(waiting_.front().first);
    return batches;
  }
  void core_lost() { waiting_.clear(); }

 private:
  std::uint64_t noted_ = 0;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> waiting_;  // batch, events
};

}  // namespace merlin::cluster
