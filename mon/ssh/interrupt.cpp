#include "mon/ssh/interrupt.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>

#include "shared/base/assert.hpp"

namespace merlin::mon::ssh {
namespace {

sigset_t ending_signals(Interrupt::Listens listens) {
  sigset_t set;
  sigemptyset(&set);
  if (listens == Interrupt::Listens::no) return set;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

// The descriptor is never read: the signal stays pending, and every thread that polls the descriptor sees it.
Interrupt::Interrupt(Listens listens) {
  const sigset_t set = ending_signals(listens);
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  ::signal(SIGPIPE, SIG_IGN);
  signals_ = net::Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  MERLIN_ASSERT(signals_);
}

// Removes a pending signal: it must not end mon before it has reported the outcome.
Interrupt::~Interrupt() {
  signalfd_siginfo taken;
  while (::read(signals_.get(), &taken, sizeof taken) > 0) continue;
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupt::raised() const {
  pollfd waiting{signals_.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

sigset_t Interrupt::unblocked() {
  sigset_t none;
  sigemptyset(&none);
  return none;
}

}  // namespace merlin::mon::ssh
