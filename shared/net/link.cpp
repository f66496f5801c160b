#include "shared/net/link.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <exception>

#include "shared/net/steady_clock.hpp"

namespace merlin::net {
namespace {

std::string in_seconds(Millis duration) { return fmt::format("{:g} s", to_seconds(duration)); }

}  // namespace

Link::Link(ev::loop_ref loop, Fd socket, std::unique_ptr<TlsSession> tls, PeerInfo peer, ConnectionHandlers handlers,
           ConnectionOptions options)
    : socket_(std::move(socket)),
      tls_(std::move(tls)),
      peer_(std::move(peer)),
      options_(options),
      readable_(loop),
      writable_(loop),
      deadline_(loop),
      turn_end_(loop) {
  set_handlers(std::move(handlers));
  if (tls_) output_ = tls_->take_output();  // a client sends first
  counters_.last_received = steady_now();
  readable_.set<Link, &Link::readable>(this);
  writable_.set<Link, &Link::writable>(this);
  deadline_.set<Link, &Link::deadline>(this);
  turn_end_.set<Link, &Link::turn_ends>(this);
  turn_end_.priority = EV_MINPRI;
  writable_.set(socket_.get(), ev::WRITE);
  readable_.start(socket_.get(), ev::READ);
  deadline_.start(to_seconds(options_.handshake_deadline));
  wish_to_write();
}

// Handlers are foreign code and may throw. libev is C and must not see exceptions.
template <class Work>
void Link::guarded(Work work) noexcept {
  const std::shared_ptr<Link> self = weak_from_this().lock();
  try {
    work();
  } catch (const std::exception& caught) {
    close_after_exception(caught.what());
  } catch (...) {
    close_after_exception("unknown");
  }
}

void Link::close_after_exception(const char* what) noexcept {
  try {
    close({CloseCause::error, std::string("internal error: ") + what, {}, {}});
  } catch (...) {
    release();
  }
}

void Link::readable() noexcept {
  guarded([this] { read_some(); });
}

void Link::writable() noexcept {
  guarded([this] { write_some(); });
}

void Link::deadline() noexcept {
  guarded([this] { judge_deadline(); });
}

void Link::turn_ends() noexcept {
  guarded([this] {
    if (state_ == State::closed) return;
    if (doomed_) return close(*doomed_);
    if (state_ == State::opening && !tls_) open();
    write_some();
  });
}

void Link::abandon() {
  release();
  handlers_.reset();
}

void Link::release() {
  state_ = State::closed;
  readable_.stop();
  writable_.stop();
  deadline_.stop();
  turn_end_.stop();
  socket_.reset();
  queue_.clear();
}

void Link::close(CloseReason reason) {
  if (state_ == State::closed) return;
  if (tls_) {
    reason.fingerprint = tls_->peer().fingerprint;
    reason.node_id = tls_->peer().node_id;
  }
  release();
  call<&ConnectionHandlers::on_closed>(reason);
}

bool Link::send(Priority priority, std::string frame) {
  if (doomed_ || (state_ != State::opening && state_ != State::open)) return false;
  if (queue_.bytes() + frame.size() > options_.max_queued_bytes) {
    finish({CloseCause::overflow,
            fmt::format("the other end reads too slowly: {} bytes are queued, the limit is {}", queue_.bytes(), options_.max_queued_bytes),
            {},
            {}});
    return false;
  }
  queue_.push(priority, std::move(frame));
  if (!in_write_) wish_to_write();
  return true;
}

void Link::finish(CloseReason reason) {
  if (doomed_ || (state_ != State::opening && state_ != State::open)) return;
  wish_to_write();
  // Nothing can be flushed before the link is open, or to an end that does not read.
  if (state_ == State::opening || reason.cause == CloseCause::overflow) {
    queue_.clear();
    doomed_ = std::move(reason);
    return;
  }
  state_ = State::finishing;
  finish_reason_ = std::move(reason);
  deadline_.stop();
  deadline_.start(to_seconds(options_.finish_deadline));
}

// The loop may have been late: received data counts before the clock does.
void Link::judge_deadline() {
  if (state_ == State::finishing) return close(finish_reason_);
  read_some();
  if (state_ == State::closed || state_ == State::finishing || doomed_ || counters_.frames_in > 0) return;
  const bool in_tls = state_ == State::opening;
  close({CloseCause::timeout,
         fmt::format("{} within {}", in_tls ? "no TLS handshake" : "no frame received", in_seconds(options_.handshake_deadline)),
         {},
         {}});
}

}  // namespace merlin::net
