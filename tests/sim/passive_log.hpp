// Every result submitted to a core from outside, and each time that a core turned it into state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/time.hpp"
#include "tests/sim/core_lives.hpp"

namespace merlin::sim {

struct Processing {
  CoreLife by;
  Millis at{0};
  bool reached = false;      // its daemon has received the resulting state
  bool entered = false;      // and that was the newest state
  bool unconfirmed = false;  // its core's ownership was unconfirmed, so it has to keep a copy for the owner
};

struct PassiveResult {
  std::size_t object = 0;
  CoreLife taker;
  Millis handed{0};
  bool safe = false;                // the receiving node's daemon has it on disk
  bool superseded = false;          // its receiver has applied a later one, while isolated or unconfirmed: no node needs to apply this one
  std::optional<CoreLife> doubter;  // applied it while unconfirmed, and kept a copy for the owner in case that state loses
  std::vector<Processing> processings;
};

class PassiveLog {
 public:
  // Returns the result's number, which its output contains.
  std::size_t handed(std::size_t object, const CoreLife& taker, Millis now) {
    results_.push_back({object, taker, now, false, false, std::nullopt, {}});
    return results_.size() - 1;
  }
  void processed(std::size_t result, const CoreLife& by, Millis now, bool unconfirmed = false) {
    results_[result].processings.push_back({by, now, false, false, unconfirmed});
  }
  void safe(std::size_t result) { results_[result].safe = true; }
  // This core sends it to its daemon, for the owner. If the core has applied it nevertheless, its ownership was unconfirmed.
  void forwarded(std::size_t result, const CoreLife& by) {
    if (was_processed(results_[result], by)) results_[result].doubter = by;
  }
  // Earlier results of the object that this core received and has not applied: they must not be applied after the newest,
  // which has just been submitted.
  // This includes those that earlier starts since `first_life` saved for it at planned ends.
  void superseded(std::size_t object, const CoreLife& taker, std::uint64_t first_life) {
    for (std::size_t at = 0; at + 1 < results_.size(); ++at) {
      PassiveResult& result = results_[at];
      const bool its_own = result.taker.node == taker.node && result.taker.life >= first_life;
      if (result.object == object && its_own && !was_processed(result, result.taker)) result.superseded = true;
    }
  }
  // The daemon has received the state with this result: it includes or supersedes the earlier results that this core applied.
  void reached(std::size_t result, const CoreLife& by, bool entered) {
    Processing* last = nullptr;
    for (Processing& processing : results_[result].processings) {
      // A core's next start reports what the core saved at a planned end.
      const bool better = last == nullptr || !(last->by == by) || processing.by == by;
      if (processing.by.node == by.node && better) last = &processing;
    }
    if (last == nullptr) return;
    last->entered = last->entered || entered;
    for (PassiveResult& earlier : results_) {
      if (earlier.object != results_[result].object) continue;
      for (Processing& processing : earlier.processings) {
        if (processing.by == last->by && processing.at <= last->at) processing.reached = true;
      }
    }
  }

  const std::vector<PassiveResult>& results() const { return results_; }

  // Mostly good, and sometimes bad for some consecutive results.
  static int state_of(std::size_t result) {
    const std::size_t draw = result * 2654435761U >> 8;
    const bool bad_times = (result / 5) % 2 == 1;
    return draw % 8 < (bad_times ? 6U : 2U) ? (draw % 3 == 0 ? 1 : 2) : 0;
  }
  static std::string output_of(std::size_t result) { return "passive " + std::to_string(result); }
  // None: the output of something else.
  static std::optional<std::size_t> result_of(const std::string& output) {
    if (!output.starts_with("passive ")) return std::nullopt;
    return std::stoul(output.substr(8));
  }

 private:
  static bool was_processed(const PassiveResult& result, const CoreLife& by) {
    return std::any_of(result.processings.begin(), result.processings.end(),
                       [&](const Processing& processing) { return processing.by == by; });
  }

  std::vector<PassiveResult> results_;
};

}  // namespace merlin::sim
