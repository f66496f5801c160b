// Keeps trying to reach one other node until a link is open, then hands it over. Belongs to the thread of its loop.
//
// An attempt looks the name up and tries each address in turn, TCP and TLS. After a failed attempt it pauses: 0.5 s,
// doubling up to the cap, each pause drawn between half and the whole of that.
#pragma once

#include <ev++.h>

#include <functional>
#include <memory>

#include "net/address.hpp"
#include "net/backoff.hpp"
#include "net/connection.hpp"
#include "net/resolver.hpp"

namespace merlin::net {

struct ConnectorHandlers {
  // An open link, owned by the receiver, who sets its handlers at once: frames are delivered after this returns.
  // The connector rests until reconnect().
  std::function<void(std::unique_ptr<Connection>)> on_peer;
  // An attempt failed, for another reason than the one before. The text names each address tried.
  std::function<void(const CloseReason&)> on_failure;
};

struct ConnectorOptions {
  Millis first_pause{500};
  Millis longest_pause{5'000};
  Millis connect_deadline{5'000};  // for TCP, each address
  ConnectionOptions connection;
};

// May be destroyed from within its own handlers; that ends the attempt.
class Connector {
 public:
  // The loop and the resolver must outlive the connector.
  Connector(ev::loop_ref loop, Resolver& resolver, HostPort where, TlsContext tls, TrustCheck trust, ConnectorHandlers handlers,
            ConnectorOptions options = {});
  Connector(Connector&&) = delete;
  ~Connector();

  // The first attempt begins in the next turn of the loop.
  void start();
  // Ends an attempt and makes no new one until start().
  void stop();
  // The link handed over is gone. `was_good`: the two nodes had agreed on it, so that pauses start again from the
  // first; otherwise they keep growing, so that a peer which refuses us at once is not stormed.
  void reconnect(bool was_good);

  // For the next attempt on.
  void set_target(HostPort where);
  void set_tls(TlsContext tls);

  const HostPort& target() const;
  std::uint64_t failures() const;           // attempts that failed since the last open link
  const CloseReason& last_failure() const;  // its text is empty when there was none since the last open link

 private:
  std::shared_ptr<class ConnectorState> state_;
};

}  // namespace merlin::net
