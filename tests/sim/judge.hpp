// Judges whether a run kept the promises: I1 to I3 of events, passive results and operators' actions, I4 one owner, I5 small moves,
// I6 notified once, I7 agreement, L1 no false alarm, L4 progress, and for each check: none missed, none run twice, no result lost, while
// nothing unplanned happens.
// I1 I2 I3 I4 I5 I6 I7 I9 L1 L2 L4
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/alert_judge.hpp"
#include "tests/sim/fault_log.hpp"
#include "tests/sim/notification_judge.hpp"
#include "tests/sim/operator_judge.hpp"
#include "tests/sim/passive_judge.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/records.hpp"
#include "tests/sim/server.hpp"

namespace merlin::sim {

struct Verdict {
  std::vector<std::string> failures;  // at most a few; empty: all promises were kept
};

class Judge {
 public:
  using Servers = std::vector<std::unique_ptr<Server>>;

  Judge(const Plan& plan, const Servers& servers, const Records& records);

  // A fault began or ended: the time for its consequences starts now. `open`: it lasts.
  void disturbed(Millis now, bool open);
  void ended(Millis now, bool was_open);
  void all_ended(Millis now);
  FaultLog& faults() { return faults_; }
  Millis last_disturbance() const { return disturbed_; }
  // Checks were paused on purpose.
  void stood_still(Millis from, Millis until);
  // Every 100 ms.
  void sample(Millis now);
  // After every event: a message storm ends the run.
  void check_traffic(const Traffic& traffic, Millis now);
  // Half a minute after all faults have ended.
  void check_links(const Network& network, Millis now);
  // When checks have been paused for some seconds, half a minute after all faults have ended.
  void check_agreement(Millis now);
  // At the end of the run.
  void check_settled(Millis now);
  void check_history(Millis now);
  // Nothing has happened for so long that all views are equal and all moves are complete.
  bool is_settled(Millis now) const;
  bool failed() const { return !verdict_.failures.empty(); }
  const Verdict& verdict() const { return verdict_; }

  // The longest permitted time without an owner after a fault.
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
  AlertJudge::History history() const;
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
  AlertJudge alerts_;
  OperatorJudge operators_;
  Millis disturbed_{0};
  int open_faults_ = 0;
  Millis still_from_{0};
  Millis still_until_{0};
  Millis joining_{0};  // last time
  std::vector<Millis> unrun_since_;
  std::vector<std::size_t> host_of_;  // index of the host among the plan's objects
  std::vector<int> settled_owners_;   // at the last time when everything was settled
  std::vector<char> settled_able_;
  Verdict verdict_;
};

}  // namespace merlin::sim
