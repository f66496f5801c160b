// Accepts links. Belongs to the thread of its loop.
//
// A TCP link is handed over when TLS is complete and the certificate is trusted. Until then it occupies one of a few places (places.hpp).
// If none is free, another such link is closed for the new one. So strangers displace each other, but never a link from a known host.
#pragma once

#include <ev++.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/net/acceptor.hpp"
#include "shared/net/address.hpp"
#include "shared/net/connection.hpp"
#include "shared/net/places.hpp"

namespace merlin::net {

// Links that ended before they were handed over, by reason, and turns in which there was no descriptor to accept a link.
struct RefusedCounts {
  std::uint64_t untrusted = 0;
  std::uint64_t not_ours = 0;  // garbage, old TLS, no certificate
  std::uint64_t timed_out = 0;
  std::uint64_t gave_up = 0;  // closed by the other end, or it refused us
  std::uint64_t crowded = 0;  // closed for another link
  std::uint64_t no_descriptor = 0;
};

struct ListenerHandlers {
  // An open and trusted link. The receiver owns it and sets its handlers at once: frames are delivered after this returns.
  std::function<void(std::unique_ptr<Connection>)> on_peer;
  // For the log, which must limit its rate. `address` is the source of the connection.
  std::function<void(const std::string& address, const CloseReason&)> on_refused;
};

struct ListenerOptions {
  Places::Limits places{};
  ConnectionOptions connection;
};

// Must not be destroyed from within its own handlers.
class Listener {
 public:
  // `addresses` are IP addresses; empty: all IPv4 and IPv6 addresses of the machine (IPv6 only if the machine has it). Errors: the address
  // is in use, not on this machine, or not an address; the port needs more privileges. Port 0 selects a free port. The loop must outlive
  // the listener.
  static Result<std::unique_ptr<Listener>> listen(ev::loop_ref loop, const std::vector<std::string>& addresses, std::uint16_t port,
                                                  TlsContext tls, TrustCheck trust, ListenerHandlers handlers,
                                                  ListenerOptions options = {});
  Listener(Listener&&) = delete;
  ~Listener();

  // Apply to links that arrive from now on.
  void set_tls(TlsContext tls);
  // Hosts whose links strangers cannot displace; those that have presented a trusted certificate are known, too.
  void set_known(std::set<std::string> hosts);

  std::vector<SocketAddress> addresses() const;
  std::size_t pending() const;
  const RefusedCounts& refused() const;

 private:
  class State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The same for unix sockets: hands over each connection with its credentials, without further checks. Removes its socket file when
// destroyed. Must not be destroyed from within its own handler.
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
