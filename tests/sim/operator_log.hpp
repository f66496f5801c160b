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
  const std::vector<OperatorAct>& acts() const { return acts_; }
  std::size_t next() const { return acts_.size(); }

 private:
  std::vector<OperatorAct> acts_;
};

}  // namespace merlin::sim
