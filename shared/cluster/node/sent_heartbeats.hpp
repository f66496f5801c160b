// The heartbeats that this node has sent. Other nodes report by number which of them they received (R2).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "shared/base/time.hpp"

namespace merlin::cluster {

class SentHeartbeats {
 public:
  static constexpr std::size_t kRemembered = 64;

  // The number of the last one; 0: none yet.
  std::uint64_t number() const { return number_; }
  // The next one is sent.
  void add(SteadyTime now) {
    sent_.emplace_back(++number_, now);
    if (sent_.size() > kRemembered) sent_.pop_front();
  }
  // Empty: never sent, or too long ago.
  std::optional<SteadyTime> sent_at(std::uint64_t number) const {
    const auto found = std::find_if(sent_.begin(), sent_.end(), [&](const auto& one) { return one.first == number; });
    return found == sent_.end() ? std::nullopt : std::optional(found->second);
  }
  Millis since_last(SteadyTime now) const { return sent_.empty() ? Millis::max() : now - sent_.back().second; }

 private:
  std::uint64_t number_ = 0;
  std::deque<std::pair<std::uint64_t, SteadyTime>> sent_;
};

}  // namespace merlin::cluster
