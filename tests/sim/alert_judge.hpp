// Judges alerts: each alert that an owner logs is in the history once, in order and as it was logged, and without faults also once and in
// order in the log of every node that has the object configured.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "shared/wire/messages.hpp"
#include "tests/sim/alert_log.hpp"
#include "tests/sim/fault_log.hpp"
#include "tests/sim/plan.hpp"

namespace merlin::sim {

class AlertJudge {
 public:
  using Fail = std::function<void(const std::string& what)>;
  // The alerts of the history by stream, each stream in order.
  using Stream = std::vector<wire::Event>;
  using History = std::vector<Stream>;

  // All outlive this.
  AlertJudge(const Plan& plan, const AlertLog& log, const FaultLog& faults) : plan_(plan), log_(log), faults_(faults) {}

  // A node is joining: it receives the others' state silently.
  void joining(Millis now) { joining_.push_back(now); }
  void judge(const History& history, const Fail& fail) const;

 private:
  using Numbers = std::map<std::string, std::vector<std::size_t>>;  // numbers of alerts, by their output

  bool is_quiet(const LoggedAlert& alert) const;
  using Written = std::map<std::string, std::vector<const wire::Event*>>;
  void judge_once(const LoggedAlert& alert, const Written& written, std::size_t owners, const Fail& fail) const;
  void judge_order(const Stream& stream, const Numbers& owners, const Fail& fail) const;
  void judge_logs(const LoggedAlert& alert, const Numbers& lines, const Fail& fail) const;
  void judge_order_of_logs(const Numbers& owners, const Fail& fail) const;
  std::string describe(const LoggedAlert& alert) const;

  const Plan& plan_;
  const AlertLog& log_;
  const FaultLog& faults_;
  std::vector<Millis> joining_;  // sorted by time
};

}  // namespace merlin::sim
