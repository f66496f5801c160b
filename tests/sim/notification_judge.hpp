// Judges I6: each problem is notified once, and so is its end, with the documented exceptions; and never not at all.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/check_log.hpp"
#include "tests/sim/fault_log.hpp"
#include "tests/sim/notification_log.hpp"
#include "tests/sim/plan.hpp"

namespace merlin::sim {

class NotificationJudge {
 public:
  using Fail = std::function<void(const std::string& what)>;

  // All outlive this.
  NotificationJudge(const Plan& plan, const CheckLog& checks, const NotificationLog& log, const FaultLog& faults)
      : plan_(plan), checks_(checks), log_(log), faults_(faults) {}

  // The whole run; nothing has happened since `quiet_since`.
  void judge(Millis now, Millis quiet_since, const Fail& fail) const;

 private:
  void judge_object(std::size_t object, Millis now, Millis quiet_since, const Fail& fail) const;
  void judge_repeats(const std::vector<Telling>& tellings, const Fail& fail) const;
  void judge_order(const std::vector<Telling>& tellings, const Fail& fail) const;
  void judge_end(std::size_t object, const std::vector<Telling>& tellings, Millis now, Millis quiet_since, const Fail& fail) const;
  bool clocks_agree() const;
  bool is_same(const Telling& first, const Telling& second) const;
  bool is_excused(const Telling& first, const Telling& second) const;
  bool was_found(std::size_t object, bool well, Millis from, Millis until) const;
  std::string describe(const Telling& telling) const;

  const Plan& plan_;
  const CheckLog& checks_;
  const NotificationLog& log_;
  const FaultLog& faults_;
};

}  // namespace merlin::sim
