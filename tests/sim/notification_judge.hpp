// Judges I6: of each problem people hear once, and of its end once, but for the named exceptions; and never nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/check_log.hpp"
#include "sim/notification_log.hpp"
#include "sim/plan.hpp"

namespace merlin::sim {

class NotificationJudge {
 public:
  using Fail = std::function<void(const std::string& what)>;

  // All outlive this. `recovers_in`: how long after a fault's end the nodes need to be one again.
  NotificationJudge(const Plan& plan, const CheckLog& checks, const NotificationLog& log, Millis recovers_in)
      : plan_(plan), checks_(checks), log_(log), recovers_in_(recovers_in) {}

  // A fault was thrown / is over; `heal` ends all.
  void began(const FaultEvent& event, Millis now);
  void ended(const FaultEvent& event, Millis now);
  void healed(Millis now);

  // The whole run; nothing has happened since `quiet_since`.
  void judge(Millis now, Millis quiet_since, const Fail& fail) const;

 private:
  struct Thrown {
    FaultEvent event;
    Millis from{0};
    std::optional<Millis> until;
  };

  void judge_object(std::size_t object, Millis now, Millis quiet_since, const Fail& fail) const;
  void judge_repeats(const std::vector<Telling>& tellings, const Fail& fail) const;
  void judge_order(const std::vector<Telling>& tellings, const Fail& fail) const;
  void judge_end(std::size_t object, const std::vector<Telling>& tellings, Millis now, Millis quiet_since, const Fail& fail) const;
  bool clocks_agree() const;
  bool is_same(const Telling& first, const Telling& second) const;
  bool is_excused(const Telling& first, const Telling& second) const;
  bool is_disturbed(std::size_t node, Millis at) const;
  bool was_found(std::size_t object, bool well, Millis from, Millis until) const;
  std::string describe(const Telling& telling) const;

  const Plan& plan_;
  const CheckLog& checks_;
  const NotificationLog& log_;
  Millis recovers_in_;
  std::vector<Thrown> thrown_;
};

}  // namespace merlin::sim
