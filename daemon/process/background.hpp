// A traditional daemon: goes to the background, and the shell's exit status states whether it started.
#pragma once

#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

namespace merlin::daemon {

class Background {
 public:
  // Forks. Returns only in the child; the parent waits for started() or the end of the child, and exits with 0 or 1. Call it before
  // creating any thread or event loop.
  static Result<Background> enter();

  // The start succeeded: the parent ends, and standard input, output and error are redirected to /dev/null.
  void started();

 private:
  explicit Background(net::Fd to_parent) : to_parent_(std::move(to_parent)) {}
  net::Fd to_parent_;
};

}  // namespace merlin::daemon
