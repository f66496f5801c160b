// Says whether a run kept the promises: I1 to I3 of events, of results from outside and of what operators do, I4 one runner, I5 small
// moves, I6 told once, I7 agreement, L1 no false alarm, L4 progress, and for each check: none missed, none run twice, no result lost, where
// nothing unplanned happens.
// I1 I2 I3 I4 I5 I6 I7 I9 L1 L2 L4
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/fault_log.hpp"
#include "sim/notification_judge.hpp"
#include "sim/operator_judge.hpp"
#include "sim/passive_judge.hpp"
#include "sim/plan.hpp"
#include "sim/records.hpp"
#include "sim/server.hpp"

namespace merlin::sim {

struct Verdict {
  std::vector<std::string> failures;  // at most a few; empty: all promises kept
};

class Judge {
 public:
  using Servers = std::vector<std::unique_ptr<Server>>;

  Judge(const Plan& plan, const Servers& servers, const Records& records);

  // A fault began or ended: what follows from it has its time from here. `open`: it lasts.
  void disturbed(Millis now, bool open);
  void ended(Millis now, bool was_open);
  void all_ended(Millis now);
  FaultLog& faults() { return faults_; }
  Millis last_disturbance() const { return disturbed_; }
  // No check was started meanwhile, on purpose.
  void stood_still(Millis from, Millis until);
  // Every 100 ms.
  void sample(Millis now);
  // After every event: a storm ends the run.
  void check_traffic(const Traffic& traffic, Millis now);
  // Half a minute after the heal.
  void check_links(const Network& network, Millis now);
  // When the checks have stood still for some seconds, half a minute after the heal.
  void check_agreement(Millis now);
  // At the end of the run.
  void check_settled(Millis now);
  void check_history(Millis now);
  // Nothing happened for so long that views are equal and every move is over.
  bool is_settled(Millis now) const;
  bool failed() const { return !verdict_.failures.empty(); }
  const Verdict& verdict() const { return verdict_; }

  // Longest allowed time without a runner after a fault.
  Millis longest_gap() const;

 private:
  void fail(Millis now, const std::string& what);
  bool is_live(std::size_t node) const;
  bool is_runner(std::size_t node, std::size_t object) const;
  void sample_object(std::size_t object, Millis now);
  void note_joining(Millis now);
  void check_bounds(Millis now);
  void check_owners(Millis now);
  void check_small_moves(const std::vector<int>& owners, const std::vector<char>& able, Millis now);
  int expected_owner(std::size_t object) const;
  int first_of(std::size_t host, std::size_t object) const;
  std::uint32_t weight_of(std::size_t node) const;
  int group_of(std::size_t node) const;
  void check_tables(Millis now);
  void check_core(std::size_t node, Millis now);
  void check_alarms(Millis now);
  void check_repeats(Millis now);
  bool is_known_with_host(std::size_t object) const;
  bool may_be_shown(const std::string& output, const CheckRun& last) const;
  void check_freshness(Millis now);
  std::string describe(std::size_t object) const;

  const Plan& plan_;
  const Servers& servers_;
  const CheckLog& log_;
  FaultLog faults_;
  NotificationJudge notifications_;
  PassiveJudge passives_;
  OperatorJudge operators_;
  Millis disturbed_{0};
  int open_faults_ = 0;
  Millis still_from_{0};
  Millis still_until_{0};
  Millis joining_{0};  // last seen
  std::vector<Millis> unrun_since_;
  std::vector<std::size_t> host_of_;  // the host's place among the plan's objects
  std::vector<int> settled_owners_;   // the last time that all was settled
  std::vector<char> settled_able_;
  Verdict verdict_;
};

}  // namespace merlin::sim
