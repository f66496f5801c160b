// Keeps this node without checks while its core is being changed.
#pragma once

#include "mon/cli/command.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon {

class Drained {
 public:
  // Hands the checks over, for at most 20 s. If no node can take them over, or merlind does not answer, the work on
  // the core continues anyway, because it is short. A node that an operator has drained stays drained.
  explicit Drained(const Call& call);
  ~Drained();
  Drained(const Drained&) = delete;
  Drained& operator=(const Drained&) = delete;

  // Takes the checks back, and waits until the node is ready, for at most 40 s.
  void end();

 private:
  Call call_;
  bool is_ours_ = false;
};

}  // namespace merlin::mon
