// Accepts connections from a listening socket, a limited number per turn of the loop. If the process has no free descriptor, it pauses
// instead of spinning; waiting connections stay in the kernel's queue.
#pragma once

#include <ev++.h>

#include <cstdint>
#include <functional>

#include "shared/net/fd.hpp"

namespace merlin::net {

class Acceptor {
 public:
  static constexpr int kMaxPerTurn = 8;
  static constexpr double kPauseSeconds = 0.5;

  // `listening` is non-blocking. Accepted connections are non-blocking and close-on-exec.
  Acceptor(ev::loop_ref loop, Fd listening, std::function<void(Fd)> on_accept);
  Acceptor(Acceptor&&) = delete;

  int socket() const { return listening_.get(); }
  std::uint64_t pauses() const { return pauses_; }

 private:
  void readable() noexcept;
  void resume() noexcept;
  void pause();
  void take_some();

  Fd listening_;
  std::function<void(Fd)> on_accept_;
  ev::io readable_;
  ev::timer resume_;
  std::uint64_t pauses_ = 0;
};

}  // namespace merlin::net
