// A daemon of the old kind: goes into the background, and the shell's exit status says whether it started well.
#pragma once

#include "base/result.hpp"
#include "net/fd.hpp"

namespace merlin::daemon {

class Background {
 public:
  // Forks. Returns in the child only; the parent waits for started() or the child's end and exits with 0 or 1.
  // Before any thread or event loop is made.
  static Result<Background> enter();

  // All is well: the parent ends, and standard input, output and error lead nowhere from now on.
  void started();

 private:
  explicit Background(net::Fd to_parent) : to_parent_(std::move(to_parent)) {}
  net::Fd to_parent_;
};

}  // namespace merlin::daemon
