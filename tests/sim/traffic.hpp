// How many messages each node sends to each other one per second. A rule that makes two nodes answer each other endlessly
// is caught here, before it exhausts the memory of the simulating machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "shared/base/time.hpp"

namespace merlin::sim {

class Traffic {
 public:
  // Over one link in one second: the maximum of 3,400 good runs (31 heartbeats, 320 messages), times a margin.
  static constexpr int kMostHeartbeats = 100;
  static constexpr int kMostMessages = 1000;

  struct Count {
    std::size_t from = 0;
    std::size_t to = 0;
    int heartbeats = 0;
    int messages = 0;  // including heartbeats
  };

  explicit Traffic(std::size_t nodes) : nodes_(nodes), links_(nodes * nodes) {}

  void sent(std::size_t from, std::size_t to, bool heartbeat, Millis now) {
    Link& link = links_[from * nodes_ + to];
    if (const std::int64_t second = now.count() / 1000; second != link.second) link = {second, {from, to}};
    ++link.count.messages;
    if (heartbeat) ++link.count.heartbeats;
    most_heartbeats_ = std::max(most_heartbeats_, link.count.heartbeats);
    most_messages_ = std::max(most_messages_, link.count.messages);
    if (!storm_ && (link.count.heartbeats > kMostHeartbeats || link.count.messages > kMostMessages)) storm_ = link.count;
  }

  // The first link that exceeded the limit.
  const std::optional<Count>& storm() const { return storm_; }
  int most_heartbeats() const { return most_heartbeats_; }
  int most_messages() const { return most_messages_; }

 private:
  struct Link {
    std::int64_t second = -1;
    Count count;
  };

  std::size_t nodes_;
  std::vector<Link> links_;
  int most_heartbeats_ = 0;
  int most_messages_ = 0;
  std::optional<Count> storm_;
};

}  // namespace merlin::sim
