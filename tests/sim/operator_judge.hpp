// Judges operators' actions: every stored action, or something greater, exists on all nodes (I1); nothing exists
// that no operator did (I3); each core has what the tables have (I7).
#pragma once

#include <functional>
#include <string>

#include "shared/cluster/state/table.hpp"
#include "tests/sim/fault_log.hpp"
#include "tests/sim/monitor.hpp"
#include "tests/sim/records.hpp"

namespace merlin::sim {

class OperatorJudge {
 public:
  using Fail = std::function<void(const std::string& what)>;

  // All outlive this.
  OperatorJudge(const Plan& plan, const Records& records, const FaultLog& faults) : plan_(plan), records_(records), faults_(faults) {}

  // When all nodes have had the time to agree; `table` may be that of any node.
  void judge(const cluster::Table& table, const Fail& fail) const;
  void judge_core(std::size_t node, const Monitor& core, const cluster::Table& table, const Fail& fail) const;

 private:
  using Rows = std::map<cluster::RegisterKey, wire::Register>;

  static Rows rows_of(const cluster::Table& table);
  void judge_acknowledgement(const Monitor& core, const wire::Register& row, const cluster::Table& table, const std::string& name,
                             const Fail& fail) const;
  void judge_act(const OperatorAct& act, const Rows& standing, const Fail& fail) const;
  bool was_done(const wire::Register& row) const;
  std::string describe(const OperatorAct& act) const;

  const Plan& plan_;
  const Records& records_;
  const FaultLog& faults_;
};

}  // namespace merlin::sim
