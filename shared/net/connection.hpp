// One link that carries frames: TLS over TCP, or plain data over a unix socket. Belongs to the thread of its loop.
//
// Handlers are called only from the loop, never from within a member function. A handler may destroy the Connection, move it or replace
// its handlers: the running handler is kept alive until it returns. Destroying a Connection closes the socket at once and calls
// nothing.
#pragma once

#include <ev++.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"
#include "shared/net/fd.hpp"
#include "shared/net/tls_session.hpp"
#include "shared/net/unix_socket.hpp"
#include "shared/wire/frame.hpp"

namespace merlin::net {

// The order in which bytes are sent. A frame that has been started is completed first, so split large frames of low priority.
enum class Priority : std::uint8_t { heartbeat, control, live, bulk };
inline constexpr std::size_t kPriorities = 4;

enum class CloseCause {
  by_peer,        // the other end closed the link
  error,          // the network or this process
  not_listening,  // the other machine answers, but no process listens on that port
  protocol,       // the received data is not ours
  untrusted,      // we do not trust the certificate of the other end
  refused_us,     // the other end does not trust ours
  timeout,        // no handshake in time
  overflow,       // the other end reads too slowly
  local,          // finish()
};

struct CloseReason {
  CloseCause cause = CloseCause::local;
  std::string text;         // one line
  std::string fingerprint;  // of the other end's certificate, if it was received
  NodeId node_id;           // likewise
};

struct PeerInfo {
  std::string address;                         // "10.0.0.2:40000", "unix"
  std::string fingerprint;                     // empty for unix
  NodeId node_id;                              // empty for unix
  std::optional<PeerCredentials> credentials;  // unix only
};

struct ConnectionHandlers {
  // The link is open: TLS is complete; a unix link opens at once. For a client, the other end can still refuse (tls_session.hpp).
  std::function<void(const PeerInfo&)> on_open;
  std::function<void(wire::Frame&&)> on_frame;
  // Called once; nothing is called after it.
  std::function<void(const CloseReason&)> on_closed;
  // The queue of this priority has become empty.
  std::function<void(Priority)> on_drained;
};

struct ConnectionOptions {
  // From the start until the first complete frame from the other end.
  Millis handshake_deadline{10'000};
  // How long finish() waits until the other end has read everything and has closed.
  Millis finish_deadline{1'000};
  // If more than this is queued, the link closes.
  std::size_t max_queued_bytes = std::size_t{32} * 1024 * 1024;
  // TCP_USER_TIMEOUT: the link closes if sent bytes are not acknowledged, or the other end reads nothing, for this long.
  Millis user_timeout{15'000};
};

struct ConnectionCounters {
  std::uint64_t bytes_in = 0;  // on the wire
  std::uint64_t bytes_out = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;  // handed to TLS or the kernel, including the last byte
  SteadyTime last_received{};    // of any byte; the start of the link before the first one
};

class Connection {
 public:
  // TLS over a connected TCP socket, which becomes non-blocking.
  Connection(ev::loop_ref loop, Fd socket, const TlsContext& tls, TlsRole role, TrustCheck trust, ConnectionHandlers handlers,
             ConnectionOptions options = {});
  // Plain data over a connected unix socket.
  Connection(ev::loop_ref loop, Fd unix_socket, ConnectionHandlers handlers, ConnectionOptions options = {});
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Takes effect with the next call of a handler.
  void set_handlers(ConnectionHandlers handlers);

  // Queues one complete frame (wire::encode_frame). It is sent at the end of this turn of the loop, together with others, or when the other
  // end reads; before the link is open it waits. False: the link has ended, and nothing was queued.
  bool send(Priority priority, std::string frame);

  // Sends what is queued, sends the TLS close alert and closes; then calls on_closed with this reason. Received frames are dropped.
  void finish(std::string text, CloseCause cause = CloseCause::local);

  // Allows larger frames once the other end is known.
  void set_max_payload_bytes(std::size_t bytes);

  bool is_open() const;  // between on_open and finish() or on_closed
  const PeerInfo& peer() const;
  std::size_t queued_bytes(Priority priority) const;
  std::size_t queued_bytes() const;
  const ConnectionCounters& counters() const;

 private:
  std::shared_ptr<class Link> link_;
};

}  // namespace merlin::net
