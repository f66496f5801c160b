// Every result handed to a core from outside, and each time that a core turned it into state.
#pragma once

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
  bool safe = false;  // its taker's daemon has it on disk
  std::vector<Processing> processings;
};

class PassiveLog {
 public:
  // Returns the result's number, which its output carries.
  std::size_t handed(std::size_t object, const CoreLife& taker, Millis now) {
    results_.push_back({object, taker, now, false, {}});
    return results_.size() - 1;
  }
  void processed(std::size_t result, const CoreLife& by, Millis now) { results_[result].processings.push_back({by, now, false, false}); }
  void safe(std::size_t result) { results_[result].safe = true; }
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
