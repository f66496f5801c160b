// Judges passive results: each stored one becomes state (I1), in the order in which its node received those of an
// object (I2), and once (I3).
#pragma once

#include <functional>
#include <string>

#include "tests/sim/fault_log.hpp"
#include "tests/sim/passive_log.hpp"
#include "tests/sim/plan.hpp"

namespace merlin::sim {

class PassiveJudge {
 public:
  using Fail = std::function<void(const std::string& what)>;

  // All outlive this.
  PassiveJudge(const Plan& plan, const PassiveLog& log, const CoreEnds& ends, const FaultLog& faults)
      : plan_(plan), log_(log), ends_(ends), faults_(faults) {}

  // The whole run, half a minute after the last result and the last fault.
  void judge(const Fail& fail) const;

 private:
  // Its processings, except those lost with their core.
  std::vector<Processing> lasting(const PassiveResult& result) const;
  void judge_loss(std::size_t result, const Fail& fail) const;
  void judge_repeats(std::size_t result, const Fail& fail) const;
  bool is_excused(const PassiveResult& result, const Processing& first, const Processing& second) const;
  void judge_order(const Fail& fail) const;
  std::string describe(std::size_t result) const;

  const Plan& plan_;
  const PassiveLog& log_;
  const CoreEnds& ends_;
  const FaultLog& faults_;
};

}  // namespace merlin::sim
