// One link that carries frames: TLS over TCP, or plain over a unix socket. Belongs to the thread of its loop.
//
// Handlers are only called from the loop, never from within a member function. A Connection may be destroyed, moved or
// given new handlers from within any of its own handlers: what runs is kept alive until it returns. Destroying it
// closes the socket at once and calls nothing.
#pragma once

#include <ev++.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "net/fd.hpp"
#include "net/tls_session.hpp"
#include "net/unix_socket.hpp"
#include "wire/frame.hpp"

namespace merlin::net {

// Bytes leave in this order. A frame that has begun is finished first: split what is large and low.
enum class Priority : std::uint8_t { beat, control, live, bulk };
inline constexpr std::size_t kPriorities = 4;

enum class CloseCause {
  by_peer,     // the other end closed the link
  error,       // the network or this process
  protocol,    // what came is not ours
  untrusted,   // we do not trust the certificate of the other end
  refused_us,  // the other end does not trust ours
  timeout,     // no handshake in time
  overflow,    // the other end takes what we send too slowly
  local,       // finish()
};

struct CloseReason {
  CloseCause cause = CloseCause::local;
  std::string text;         // one line
  std::string fingerprint;  // of the other end's certificate, if one was seen
  NodeId node_id;           // likewise
};

struct PeerInfo {
  std::string address;                         // "10.0.0.2:40000", "unix"
  std::string fingerprint;                     // empty for unix
  NodeId node_id;                              // empty for unix
  std::optional<PeerCredentials> credentials;  // unix only
};

struct ConnectionHandlers {
  // The link is up: TLS is open, or at once for unix. For a client the other end may still refuse, see tls_session.hpp.
  std::function<void(const PeerInfo&)> on_open;
  std::function<void(wire::Frame&&)> on_frame;
  // Once, and nothing after it.
  std::function<void(const CloseReason&)> on_closed;
  // The queue of that priority became empty.
  std::function<void(Priority)> on_drained;
};

struct ConnectionOptions {
  // From the start until the first whole frame of the other end.
  Millis handshake_deadline{10'000};
  // How long finish() waits for the other end to take what is queued and to close.
  Millis finish_deadline{1'000};
  // More queued than this closes the link.
  std::size_t max_queued_bytes = std::size_t{32} * 1024 * 1024;
  // TCP_USER_TIMEOUT: sent bytes that nobody acknowledges, or a peer that takes nothing, for so long end the link.
  Millis user_timeout{15'000};
};

struct ConnectionCounters {
  std::uint64_t bytes_in = 0;  // on the wire
  std::uint64_t bytes_out = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;  // handed to TLS or the kernel, the last byte included
  SteadyTime last_received{};    // any byte; the start of the link before the first
};

class Connection {
 public:
  // TLS over a connected TCP socket, which becomes non-blocking.
  Connection(ev::loop_ref loop, Fd socket, const TlsContext& tls, TlsRole role, TrustCheck trust, ConnectionHandlers handlers,
             ConnectionOptions options = {});
  // Plain over a connected unix socket.
  Connection(ev::loop_ref loop, Fd unix_socket, ConnectionHandlers handlers, ConnectionOptions options = {});
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Takes effect from the next call of a handler on.
  void set_handlers(ConnectionHandlers handlers);

  // Queues one whole frame (wire::encode_frame). It leaves at the end of this turn of the loop, together with others,
  // or as soon as the other end takes it; before the link is open it waits. False: the link is over, nothing was queued.
  bool send(Priority priority, std::string frame);

  // Sends what is queued, says goodbye and closes; then on_closed with this reason. Frames that arrive are dropped.
  void finish(std::string text, CloseCause cause = CloseCause::local);

  // Once the other end is known, larger frames are welcome.
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
