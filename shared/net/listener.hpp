// Where links come in. Belongs to the thread of its loop.
//
// A link on TCP is handed over once TLS is open and the certificate is trusted. Until then it costs one of few places:
// when a source address has all of its places taken, or all are taken, the oldest such link gives way to the new one,
// silent ones first. So idle strangers push out each other, while a real peer is through in milliseconds.
#pragma once

#include <ev++.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/acceptor.hpp"
#include "net/address.hpp"
#include "net/connection.hpp"

namespace merlin::net {

// Links that ended before they were handed over, by why, and turns in which no descriptor was left to accept one.
struct RefusedCounts {
  std::uint64_t untrusted = 0;
  std::uint64_t not_ours = 0;  // garbage, old TLS, no certificate
  std::uint64_t timed_out = 0;
  std::uint64_t gave_up = 0;  // closed by the other end, or it refused us
  std::uint64_t crowded = 0;  // gave way to a newer one
  std::uint64_t no_descriptor = 0;
};

struct ListenerHandlers {
  // An open and trusted link, owned by the receiver, who sets its handlers at once: frames are delivered after this returns.
  std::function<void(std::unique_ptr<Connection>)> on_peer;
  // For the log, which has to limit its rate. `address` is where it came from.
  std::function<void(const std::string& address, const CloseReason&)> on_refused;
};

struct ListenerOptions {
  std::size_t max_pending = 64;
  std::size_t max_pending_per_source = 8;
  ConnectionOptions connection;
};

// Not to be destroyed from within its own handlers.
class Listener {
 public:
  // `addresses` are IP addresses; empty: every IPv4 and every IPv6 address of the machine (the latter only where the
  // machine has IPv6). Error: an address in use or not of this machine, a port that needs more rights, not an address.
  // Port 0 takes any free port. The loop must outlive the listener.
  static Result<std::unique_ptr<Listener>> listen(ev::loop_ref loop, const std::vector<std::string>& addresses, std::uint16_t port,
                                                  TlsContext tls, TrustCheck trust, ListenerHandlers handlers,
                                                  ListenerOptions options = {});
  Listener(Listener&&) = delete;
  ~Listener();

  // For links that come from now on.
  void set_tls(TlsContext tls);

  std::vector<SocketAddress> addresses() const;
  std::size_t pending() const;
  const RefusedCounts& refused() const;

 private:
  class State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The same for unix sockets: hands over each connection with its credentials, asks nothing of it.
// Removes its socket file when destroyed. Not to be destroyed from within its own handler.
class UnixListener {
 public:
  using OnAccept = std::function<void(Fd, const PeerCredentials&)>;

  static Result<std::unique_ptr<UnixListener>> listen(ev::loop_ref loop, const UnixListenOptions& options, OnAccept on_accept);
  UnixListener(UnixListener&&) = delete;
  ~UnixListener();

 private:
  UnixListener(ev::loop_ref loop, Fd socket, std::string path, OnAccept on_accept);

  void welcome(Fd accepted);

  std::string path_;
  OnAccept on_accept_;
  Acceptor acceptor_;
};

}  // namespace merlin::net
