// Ctrl-C and its like, as something that any number of threads can wait for.
#pragma once

#include <signal.h>

#include "net/fd.hpp"

namespace merlin::mon::ssh {

// While it lives, INT, TERM and HUP do not end mon but make fd() readable, for ever; PIPE is ignored. Make it
// before any thread: threads inherit the mask. One that listens at a time.
class Interrupt {
 public:
  enum class Listens { yes, no };
  // `no`: for work that must not be left half done; it is never raised, whatever another one hears meanwhile.
  explicit Interrupt(Listens listens = Listens::yes);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int fd() const { return signals_.get(); }
  bool raised() const;

  // As a program that was started may have it: nothing blocked.
  static sigset_t unblocked();

 private:
  net::Fd signals_;
  sigset_t before_{};
};

// What a shell shows for a program that Ctrl-C ended.
inline constexpr int interrupted_status = 130;

}  // namespace merlin::mon::ssh
