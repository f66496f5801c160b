// Judges what became of what operators did: what was safe stands everywhere, or something greater does (I1); nothing stands
// that nobody did (I3); each core has what the tables have (I7).
#pragma once

#include <functional>
#include <string>

#include "cluster/table.hpp"
#include "sim/core.hpp"
#include "sim/fault_log.hpp"
#include "sim/records.hpp"

namespace merlin::sim {

class OperatorJudge {
 public:
  using Fail = std::function<void(const std::string& what)>;

  // All outlive this.
  OperatorJudge(const Plan& plan, const Records& records, const FaultLog& faults) : plan_(plan), records_(records), faults_(faults) {}

  // When all nodes had the time to become one; `table` is as good as any node's.
  void judge(const cluster::Table& table, const Fail& fail) const;
  void judge_core(std::size_t node, const SimCore& core, const cluster::Table& table, const Fail& fail) const;

 private:
  using Rows = std::map<cluster::RegisterKey, wire::Register>;

  static Rows rows_of(const cluster::Table& table);
  void judge_act(const OperatorAct& act, const Rows& standing, const Fail& fail) const;
  bool was_done(const wire::Register& row) const;
  std::string describe(const OperatorAct& act) const;

  const Plan& plan_;
  const Records& records_;
  const FaultLog& faults_;
};

}  // namespace merlin::sim
