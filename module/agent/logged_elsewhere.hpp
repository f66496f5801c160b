// Which notifications of other nodes this core has logged. The daemon sends those of the last hour again with each link, and
// notifications from before the core's start are not for its log. Bounded, pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::neb {

class LoggedElsewhere {
 public:
  // A node has one stream for each start of its daemon.
  static constexpr std::size_t kMostStreams = 1024;

  explicit LoggedElsewhere(SteadyTime start) : start_(start) {}

  // Whether it must be logged now; it then counts as logged. The numbers of a stream arrive in order.
  bool is_new(const wire::NotificationLog& notification, Now now) {
    if (is_before_start(notification, now)) return false;
    const auto known = std::find_if(streams_.begin(), streams_.end(), [&](const Stream& stream) {
      return stream.node == notification.node && stream.epoch == notification.epoch;
    });
    if (known != streams_.end()) {
      if (notification.number <= known->last) return false;
      streams_.erase(known);
    }
    // The one that was used last is the last one.
    streams_.push_back({notification.node, notification.epoch, notification.number});
    if (streams_.size() > kMostStreams) streams_.pop_front();
    return true;
  }

 private:
  // By its age, since the clock may have been set since the start.
  bool is_before_start(const wire::NotificationLog& notification, Now now) const {
    return now.wall.time_since_epoch() - Millis{notification.time_ms} > now.steady - start_;
  }

  struct Stream {
    NodeId node;
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
  };

  SteadyTime start_;
  std::deque<Stream> streams_;
};

}  // namespace merlin::neb
