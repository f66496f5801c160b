// Tries to reach one other node until a link is open, then hands the link over. Belongs to the thread of its loop.
//
// An attempt resolves the name and tries each address in turn, with TCP and TLS. After a failed attempt it pauses: 0.5 s, doubled up to the
// limit, each pause drawn between half of that value and the full value.
#pragma once

#include <ev++.h>

#include <functional>
#include <memory>

#include "shared/net/address.hpp"
#include "shared/net/backoff.hpp"
#include "shared/net/connection.hpp"
#include "shared/net/resolver.hpp"

namespace merlin::net {

struct ConnectorHandlers {
  // An open link. The receiver owns it and sets its handlers at once: frames are delivered after this returns. The connector rests until
  // reconnect().
  std::function<void(std::unique_ptr<Connection>)> on_peer;
  // An attempt failed for a different reason than the previous one. The text names each address that was tried.
  std::function<void(const CloseReason&)> on_failure;
};

struct ConnectorOptions {
  Millis first_pause{500};
  Millis longest_pause{5'000};
  Millis connect_deadline{5'000};  // for TCP, each address
  ConnectionOptions connection;
};

// Can be destroyed from within its own handlers; this ends the attempt.
class Connector {
 public:
  // The loop and the resolver must outlive the connector.
  Connector(ev::loop_ref loop, Resolver& resolver, HostPort where, TlsContext tls, TrustCheck trust, ConnectorHandlers handlers,
            ConnectorOptions options = {});
  Connector(Connector&&) = delete;
  ~Connector();

  // The first attempt starts in the next turn of the loop.
  void start();
  // Ends the current attempt and starts no new one until start().
  void stop();
  // The link that was handed over has ended. `was_good`: the two nodes had agreed on it, so the pauses start again from the first value.
  // Otherwise they keep growing, so that a peer that refuses us at once is not flooded.
  void reconnect(bool was_good);

  // Takes effect with the next attempt.
  void set_target(HostPort where);
  void set_tls(TlsContext tls);

  const HostPort& target() const;
  std::uint64_t failures() const;           // failed attempts since the last open link
  const CloseReason& last_failure() const;  // the text is empty if there was none since the last open link

 private:
  std::shared_ptr<class ConnectorState> state_;
};

}  // namespace merlin::net
