// The internals of a Connection. Outlives its Connection only while one of its own callbacks runs.
#pragma once

#include <ev++.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/net/connection.hpp"
#include "shared/net/send_queue.hpp"

namespace merlin::net {

// The kernel closes with a reset for a process that ended before it had read everything.
inline CloseCause cause_of_errno(int error) { return error == ECONNRESET || error == EPIPE ? CloseCause::by_peer : CloseCause::error; }

class Link : public std::enable_shared_from_this<Link> {
 public:
  // `tls` is null for a plain link.
  Link(ev::loop_ref loop, Fd socket, std::unique_ptr<TlsSession> tls, PeerInfo peer, ConnectionHandlers handlers,
       ConnectionOptions options);
  Link(Link&&) = delete;

  // The Connection has been destroyed: close, and call nothing any more.
  void abandon();

  void set_handlers(ConnectionHandlers handlers) { handlers_ = std::make_shared<const ConnectionHandlers>(std::move(handlers)); }
  bool send(Priority priority, std::string frame);
  void finish(CloseReason reason);
  void set_max_payload_bytes(std::size_t bytes) { reader_.set_max_payload_bytes(bytes); }
  bool is_open() const { return state_ == State::open && !doomed_; }
  const PeerInfo& peer() const { return peer_; }
  const SendQueue& queue() const { return queue_; }
  const ConnectionCounters& counters() const { return counters_; }

 private:
  enum class State { opening, open, finishing, closed };

  // Called from the loop.
  void readable() noexcept;
  void writable() noexcept;
  void turn_ends() noexcept;
  void deadline() noexcept;
  template <class Work>
  void guarded(Work work) noexcept;

  // A running handler holds its own share of the handlers, so it can replace them or end the link.
  template <auto handler, class... Arguments>
  void call(Arguments&&... arguments) {
    const auto handlers = handlers_;
    if (handlers && (*handlers).*handler) ((*handlers).*handler)(std::forward<Arguments>(arguments)...);
  }

  void wish_to_write() { turn_end_.feed_event(EV_CUSTOM); }

  // Input
  void read_some();
  bool read_once();
  void take_in(std::string_view bytes);
  void take_in_tls(std::string_view bytes);
  void open();
  void deliver(std::string_view plaintext);
  void end_of_input();
  void tls_failed();

  // Output
  void write_some();
  void write_slices();
  bool next_output();
  bool say_goodbye();
  bool write_output();
  void write_failed(int error);
  void report_drained(const std::array<bool, kPriorities>& was_waiting);

  void judge_deadline();
  void close(CloseReason reason);
  void close_after_exception(const char* what) noexcept;
  void release();

  Fd socket_;
  std::unique_ptr<TlsSession> tls_;
  PeerInfo peer_;
  std::shared_ptr<const ConnectionHandlers> handlers_;  // null after the Connection was destroyed
  ConnectionOptions options_;
  wire::FrameReader reader_;
  SendQueue queue_;
  std::string output_;           // ready for the socket
  std::size_t output_sent_ = 0;  // of output_
  State state_ = State::opening;
  std::optional<CloseReason> doomed_;  // close with this reason at the end of the turn
  CloseReason finish_reason_;
  bool goodbye_said_ = false;
  bool in_write_ = false;
  ConnectionCounters counters_;

  ev::io readable_;
  ev::io writable_;
  ev::timer deadline_;
  // Never started: triggered by hand, with the lowest priority, so it runs after everything else in this turn.
  ev::prepare turn_end_;
};

}  // namespace merlin::net
