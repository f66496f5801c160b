// Everything that operators did, at whichever node.
#pragma once

#include <vector>

#include "base/time.hpp"
#include "cluster/register.hpp"
#include "sim/core_lives.hpp"

namespace merlin::sim {

struct OperatorAct {
  CoreLife by;
  Millis at{0};
  wire::Register row;
  bool safe = false;      // the daemon has it on disk
  bool replaced = false;  // by a later act at the same core, before the daemon had it
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
  // A node has begun with a store that is older than what was deleted is remembered for.
  void was_behind(Millis at) { behind_ = at; }
  // It may have taken for deleted what only it had: comments and downtimes.
  bool may_be_forgotten(const OperatorAct& act) const {
    const bool deletable = act.row.kind == wire::RegisterKind::comment || act.row.kind == wire::RegisterKind::downtime;
    return deletable && act.row.rank == 0 && behind_ >= act.at;
  }
  const std::vector<OperatorAct>& acts() const { return acts_; }
  std::size_t next() const { return acts_.size(); }

 private:
  Millis behind_{-1};  // last
  std::vector<OperatorAct> acts_;
};

}  // namespace merlin::sim
