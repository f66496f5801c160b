// Every result handed to a core from outside, and each time that a core turned it into state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/core_lives.hpp"

namespace merlin::sim {

struct Processing {
  CoreLife by;
  Millis at{0};
  bool reached = false;  // its daemon has heard the state that was made of it
  bool entered = false;  // and that was the newest there was
};

struct PassiveResult {
  std::size_t object = 0;
  CoreLife taker;
  Millis handed{0};
  bool safe = false;                // its taker's daemon has it on disk
  bool superseded = false;          // its taker has made state of a later one, while alone or in doubt: nobody need make any of this
  std::optional<CoreLife> doubter;  // made state of it in doubt, and kept it for whoever is the owner if that state loses
  std::vector<Processing> processings;
};

class PassiveLog {
 public:
  // Returns the result's number, which its output carries.
  std::size_t handed(std::size_t object, const CoreLife& taker, Millis now) {
    results_.push_back({object, taker, now, false, false, std::nullopt, {}});
    return results_.size() - 1;
  }
  void processed(std::size_t result, const CoreLife& by, Millis now) { results_[result].processings.push_back({by, now, false, false}); }
  void safe(std::size_t result) { results_[result].safe = true; }
  void doubted(std::size_t result, const CoreLife& by) { results_[result].doubter = by; }
  // Those of the object that this core was handed before and has not made state of: they are not to come behind the newest,
  // which was handed just now.
  void superseded(std::size_t object, const CoreLife& taker) {
    for (std::size_t at = 0; at + 1 < results_.size(); ++at) {
      PassiveResult& result = results_[at];
      const bool by_itself = std::any_of(result.processings.begin(), result.processings.end(),
                                         [&](const Processing& processing) { return processing.by == taker; });
      if (result.object == object && result.taker == taker && !by_itself) result.superseded = true;
    }
  }
  // The daemon has heard the state with this result: those that this core made of earlier ones are in it, or were before it.
  void reached(std::size_t result, const CoreLife& by, bool entered) {
    Processing* last = nullptr;
    for (Processing& processing : results_[result].processings) {
      if (processing.by == by) last = &processing;
    }
    if (last == nullptr) return;
    last->entered = last->entered || entered;
    for (PassiveResult& earlier : results_) {
      if (earlier.object != results_[result].object) continue;
      for (Processing& processing : earlier.processings) {
        if (processing.by == by && processing.at <= last->at) processing.reached = true;
      }
    }
  }

  const std::vector<PassiveResult>& results() const { return results_; }

  static std::string output_of(std::size_t result) { return "passive " + std::to_string(result); }
  // None: the output of something else.
  static std::optional<std::size_t> result_of(const std::string& output) {
    if (!output.starts_with("passive ")) return std::nullopt;
    return std::stoul(output.substr(8));
  }

 private:
  std::vector<PassiveResult> results_;
};

}  // namespace merlin::sim
