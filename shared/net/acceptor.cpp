#include "shared/net/acceptor.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <exception>

namespace merlin::net {
namespace {

bool is_shortage(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

}  // namespace

Acceptor::Acceptor(ev::loop_ref loop, Fd listening, std::function<void(Fd)> on_accept)
    : listening_(std::move(listening)), on_accept_(std::move(on_accept)), readable_(loop), resume_(loop) {
  readable_.set<Acceptor, &Acceptor::readable>(this);
  resume_.set<Acceptor, &Acceptor::resume>(this);
  readable_.start(listening_.get(), ev::READ);
}

// An exception closes only this connection: unwinding has closed its descriptor.
void Acceptor::readable() noexcept {
  try {
    take_some();
  } catch (...) {
    pause();
  }
}

void Acceptor::resume() noexcept { readable_.start(); }

void Acceptor::pause() {
  ++pauses_;
  readable_.stop();
  resume_.start(kPauseSeconds);
}

void Acceptor::take_some() {
  for (int i = 0; i < kMaxPerTurn; ++i) {
    Fd taken(::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (taken) {
      on_accept_(std::move(taken));
      continue;
    }
    if (is_shortage(errno)) return pause();
    // Other errors concern the failed connection only; it is no longer in the queue.
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
  }
}

}  // namespace merlin::net
