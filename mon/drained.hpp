// This node without checks of its own, for as long as something is done to its core.
#pragma once

#include "base/time.hpp"
#include "mon/command.hpp"

namespace merlin::mon {

class Drained {
 public:
  // Hands the checks over, at most 20 s long. Where nobody can take them, or merlind does not answer, what is done to
  // the core is done all the same: it is short. A node that an operator has drained stays so.
  explicit Drained(const Call& call);
  ~Drained();
  Drained(const Drained&) = delete;
  Drained& operator=(const Drained&) = delete;

  // Takes them back, and waits until the node is ready, at most 40 s long.
  void end();

 private:
  Call call_;
  bool is_ours_ = false;
};

}  // namespace merlin::mon
