// All operators' actions, at all nodes.
#pragma once

#include <utility>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/register.hpp"
#include "tests/sim/core_lives.hpp"

namespace merlin::sim {

struct OperatorAct {
  CoreLife by;
  Millis at{0};
  wire::Register row;
  bool safe = false;      // the daemon has it on disk
  bool replaced = false;  // by a later act at the same core, before the daemon stored it
};

class OperatorLog {
 public:
  // Returns the act's number.
  std::size_t did(OperatorAct act) {
    acts_.push_back(std::move(act));
    return acts_.size() - 1;
  }
  void replaced(std::size_t act) { acts_[act].replaced = true; }
  void safe(std::size_t act) { acts_[act].safe = true; }
  // A node has started with a store that is older than the retention time of deletions.
  void was_behind(Millis at) { behind_ = at; }
  // Comments and downtimes that only this node had may have been deleted for that reason.
  bool may_be_forgotten(const OperatorAct& act) const {
    const bool deletable = act.row.kind == wire::RegisterKind::comment || act.row.kind == wire::RegisterKind::downtime;
    return deletable && act.row.rank == 0 && behind_ >= act.at;
  }
  // The module ignored an operator's action.
  void overlooked(const CoreLife& by, Millis at) { overlooked_.emplace_back(by, at); }
  const std::vector<std::pair<CoreLife, Millis>>& overlooked() const { return overlooked_; }
  const std::vector<OperatorAct>& acts() const { return acts_; }
  std::size_t next() const { return acts_.size(); }

 private:
  Millis behind_{-1};  // last time
  std::vector<OperatorAct> acts_;
  std::vector<std::pair<CoreLife, Millis>> overlooked_;
};

}  // namespace merlin::sim
