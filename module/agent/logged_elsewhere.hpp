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

  explicit LoggedElsewhere(WallTime start) : start_ms_(start.time_since_epoch().count()) {}

  // Whether it must be logged now; it then counts as logged. The numbers of a stream arrive in order.
  bool is_new(const wire::NotificationLog& notification) {
    if (notification.time_ms < start_ms_) return false;
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
  struct Stream {
    NodeId node;
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
  };

  std::int64_t start_ms_;
  std::deque<Stream> streams_;
};

}  // namespace merlin::neb
