// How `mon events --follow` continues where it was: across a restart of merlind, and across a store that was replaced.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/time.hpp"

namespace merlin::mon {

// Which events were there already. An arrival number is valid within one store; an event is identified by its node, epoch and number.
class EventPosition {
 public:
  // What merlind has before the first question about events, from its `status`.
  void start(const nlohmann::ordered_json& status);
  // The new events of an answer of `events`, in its order. Unset: its store counts anew, so ask again with after().
  std::optional<std::vector<nlohmann::ordered_json>> take(const nlohmann::ordered_json& answer);
  std::int64_t after() const { return after_; }

 private:
  using Numbers = std::map<std::pair<std::string, std::string>, std::int64_t>;  // by node and epoch

  std::string store_;
  std::int64_t after_ = 0;
  bool has_answer_ = false;
  Numbers last_;
  // As it was when the store was last replaced. A store has each event once, so only these can come again. They are sorted by their
  // time, not by their number: those of one answer must not be compared with each other.
  Numbers before_;
};

// The pause before the next attempt to reach merlind.
class RetryPause {
 public:
  static constexpr Millis kShortest{500};
  static constexpr Millis kLongest{5'000};
  Millis next() { return std::exchange(next_, std::min(2 * next_, kLongest)); }
  void reset() { next_ = kShortest; }

 private:
  Millis next_ = kShortest;
};

}  // namespace merlin::mon
