// Ctrl-C and similar signals, as a descriptor on which any number of threads can wait.
#pragma once

#include <signal.h>

#include "shared/net/fd.hpp"

namespace merlin::mon::ssh {

// While it exists, INT, TERM and HUP do not end mon but make fd() readable permanently; PIPE is ignored. Create it
// before any thread: threads inherit the mask. Only one object may listen at a time.
class Interrupt {
 public:
  enum class Listens { yes, no };
  // `no`: for work that must not be interrupted; it is never raised, even if another object receives a signal.
  explicit Interrupt(Listens listens = Listens::yes);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int fd() const { return signals_.get(); }
  bool raised() const;

  // The signal mask for a started program: nothing blocked.
  static sigset_t unblocked();

 private:
  net::Fd signals_;
  sigset_t before_{};
};

// The shell's status for a program that Ctrl-C ended.
inline constexpr int kInterruptedStatus = 130;

}  // namespace merlin::mon::ssh
