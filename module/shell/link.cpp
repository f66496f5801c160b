#include "module/shell/link.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "module/shell/dial.hpp"

namespace merlin::neb {

Link::Link(Loop& loop, User& user, config::Endpoint daemon, Millis patience, WrapFactory* wraps)
    : loop_(loop), user_(user), daemon_(std::move(daemon)), patience_(patience), wraps_(wraps) {}

Link::~Link() { drop_socket(); }

void Link::tick(SteadyTime now) {
  silence_ += std::min(now - last_tick_, kLongestTick);
  last_tick_ = now;
  if (state_ == State::closed && (!retry_at_ || now >= *retry_at_)) return connect(now);
  if ((state_ == State::connecting || state_ == State::wrapping) && now >= deadline_) lose("the daemon does not answer");
  if (state_ == State::open && unsent_bytes() > kMaxUnsentBytes) return lose("the daemon does not read");
  if (state_ == State::open && silence_ > patience_) fall_silent();
}

// A stopped process accepts new connections too, as many as its queue allows. The existing connection shows best when it continues. A
// machine that has failed never does.
void Link::fall_silent() {
  const std::string why = "the daemon has been silent for " + std::to_string(patience_.count()) + " ms";
  if (!daemon_.is_unix()) return lose(why);
  want_writable(false);
  out_.clear();
  sent_ = 0;
  state_ = State::silent;
  user_.on_link_lost(why);
}

// Data that it sends now belongs to a lost link.
void Link::begin_anew() {
  close();
  retry_at_.reset();
  retry_ = kFirstRetry;
}

void Link::connect(SteadyTime now) {
  retry_at_ = now + retry_;
  retry_ = std::min(retry_ * 2, kLongestRetry);
  auto dialled = dial(daemon_);
  if (!dialled) return user_.on_link_lost(dialled.error().text());
  socket_ = *dialled;
  loop_.close_in_children(socket_, true);
  deadline_ = now + kHandshakeLimit;
  state_ = State::connecting;
  if (!loop_.watch(socket_, *this)) return lose("the core accepts no more descriptors");
  if (daemon_.is_unix()) return connected();
  want_writable(true);
}

void Link::connected() {
  ++connections_;
  reader_ = wire::FrameReader();
  if (daemon_.is_unix()) {
    state_ = State::open;
    silence_ = Millis{0};
    return user_.on_link_open();
  }
  auto wrap = wraps_ != nullptr ? wraps_->make() : Result<std::unique_ptr<Wrap>>(Error{"no TLS identity", "module { daemon }", ""});
  if (!wrap) return lose(wrap.error().text());
  wrap_ = *std::move(wrap);
  state_ = State::wrapping;
  take_input({});
  flush();
}

void Link::on_ready(int fd) {
  if (state_ == State::closed || state_ == State::over) return;
  if (state_ == State::silent) return begin_anew();
  if (state_ == State::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return lose(std::string(std::strerror(error)));
    if (fd != writable_) return;
    connected();
    if (state_ == State::closed) return;
  }
  if (fd == writable_) return flush();
  read();
}

void Link::read() {
  std::array<char, 64 * 1024> bytes;
  if (reader_.buffered_bytes() > kMaxUnreadBytes) return user_.on_link_input();
  const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) return lose(std::strerror(errno));
  if (count == 0) return lose("the daemon closed the connection");
  bytes_in_ += static_cast<std::uint64_t>(count);
  silence_ = Millis{0};
  take_input({bytes.data(), static_cast<std::size_t>(count)});
}

void Link::take_input(std::string_view bytes) {
  if (!wrap_) {
    reader_.feed(bytes);
    return user_.on_link_input();
  }
  wrap_->feed(bytes);
  out_ += wrap_->take_output();
  if (const auto failure = wrap_->failure()) {
    flush();  // the alert, if the socket accepts it
    return state_ == State::closed ? void() : lose(failure->text());
  }
  if (state_ == State::wrapping && wrap_->open()) {
    state_ = State::open;
    silence_ = Millis{0};
    user_.on_link_open();
    if (state_ != State::open) return;
  }
  flush();
  if (state_ != State::open) return;
  reader_.feed(wrap_->take_plaintext());
  user_.on_link_input();
}

Link::Pump Link::pump() {
  while (sent_ < out_.size()) {
    const ssize_t count = ::send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN ? Pump::full : Pump::broken;
    sent_ += static_cast<std::size_t>(count);
    bytes_out_ += static_cast<std::uint64_t>(count);
  }
  out_.clear();
  sent_ = 0;
  return Pump::done;
}

void Link::send(std::string_view bytes) {
  if (state_ != State::open) return;
  if (wrap_) {
    wrap_->write(bytes);
    out_ += wrap_->take_output();
  } else {
    out_ += bytes;
  }
  // While the socket is full, wait until it is writable; reading shows whether it is broken.
  if (writable_ < 0 && pump() == Pump::full) want_writable(true);
}

void Link::flush() {
  if (socket_ < 0) return;
  switch (pump()) {
    case Pump::full:
      return want_writable(true);
    case Pump::broken:
      return lose(std::strerror(errno));
    case Pump::done:
      break;
  }
  want_writable(false);
  if (state_ == State::open) user_.on_link_drained();
}

// The core's broker accepts each descriptor once, so the output direction has a number of its own.
void Link::want_writable(bool wanted) {
  if (wanted == (writable_ >= 0)) return;
  if (!wanted) {
    loop_.unwatch(writable_);
    loop_.close_in_children(writable_, false);
    ::close(writable_);
    writable_ = -1;
    return;
  }
  writable_ = ::fcntl(socket_, F_DUPFD_CLOEXEC, 0);
  if (writable_ < 0) return;
  loop_.close_in_children(writable_, true);
  if (!loop_.watch_writable(writable_, *this)) want_writable(false);
}

void Link::trust() {
  retry_ = kFirstRetry;
  reader_.set_max_payload_bytes(wire::kMaxPayloadBytes);
}

void Link::lose(const std::string& why) {
  close();
  user_.on_link_lost(why);
}

void Link::close() {
  if (state_ == State::closed || state_ == State::over) return;
  drop_socket();
  state_ = State::closed;
}

void Link::shut_down() {
  if (socket_ >= 0) static_cast<void>(pump());
  drop_socket();
  state_ = State::over;
}

void Link::drop_socket() {
  if (socket_ >= 0) {
    want_writable(false);
    loop_.unwatch(socket_);
    loop_.close_in_children(socket_, false);
    // A forked child of the core may have a copy: the other end must see the end of the connection nevertheless.
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
    socket_ = -1;
  }
  wrap_.reset();
  out_.clear();
  sent_ = 0;
  reader_ = wire::FrameReader();
}

}  // namespace merlin::neb
