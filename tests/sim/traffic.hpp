// How much each node says to each other one, by the second. A rule that makes two nodes answer each other without end
// is caught here, before it eats the memory of the machine that simulates them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace merlin::sim {

class Traffic {
 public:
  // Over one link in one second, from the busiest of 3,400 good runs (31 beats, 320 messages), times a margin.
  static constexpr int kMostBeats = 100;
  static constexpr int kMostMessages = 1000;

  struct Count {
    std::size_t from = 0;
    std::size_t to = 0;
    int beats = 0;
    int messages = 0;  // beats included
  };

  explicit Traffic(std::size_t nodes) : nodes_(nodes), links_(nodes * nodes) {}

  void sent(std::size_t from, std::size_t to, bool beat, Millis now) {
    Link& link = links_[from * nodes_ + to];
    if (const std::int64_t second = now.count() / 1000; second != link.second) link = {second, {from, to}};
    ++link.count.messages;
    if (beat) ++link.count.beats;
    most_beats_ = std::max(most_beats_, link.count.beats);
    most_messages_ = std::max(most_messages_, link.count.messages);
    if (!storm_ && (link.count.beats > kMostBeats || link.count.messages > kMostMessages)) storm_ = link.count;
  }

  // The first link that carried too much.
  const std::optional<Count>& storm() const { return storm_; }
  int most_beats() const { return most_beats_; }
  int most_messages() const { return most_messages_; }

 private:
  struct Link {
    std::int64_t second = -1;
    Count count;
  };

  std::size_t nodes_;
  std::vector<Link> links_;
  int most_beats_ = 0;
  int most_messages_ = 0;
  std::optional<Count> storm_;
};

}  // namespace merlin::sim
