#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "shared/net/link.hpp"
#include "shared/net/steady_clock.hpp"

namespace merlin::net {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
// A limit, so that one busy link does not starve the others.
constexpr int kReadsPerTurn = 4;
// TLS's own messages never come near this limit, unless the other end makes TLS answer again and again.
constexpr std::size_t kMaxUnsentOutput = std::size_t{256} * 1024;

CloseCause cause_of(TlsFailure failure) {
  switch (failure) {
    case TlsFailure::untrusted:
      return CloseCause::untrusted;
    case TlsFailure::refused_us:
      return CloseCause::refused_us;
    default:
      return CloseCause::protocol;
  }
}

}  // namespace

void Link::read_some() {
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (state_ == State::closed || doomed_ || !read_once()) return;
  }
}

// False if there is no more data at the moment.
bool Link::read_once() {
  std::array<char, kReadBytes> bytes;
  const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (got < 0) {
    if (errno == EINTR) return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    close(state_ == State::finishing ? finish_reason_
                                     : CloseReason{cause_of_errno(errno), std::string("reading failed: ") + std::strerror(errno), {}, {}});
    return false;
  }
  if (got == 0) {
    end_of_input();
    return false;
  }
  counters_.bytes_in += static_cast<std::uint64_t>(got);
  counters_.last_received = steady_now();
  take_in(std::string_view(bytes.data(), static_cast<std::size_t>(got)));
  return static_cast<std::size_t>(got) == bytes.size();
}

void Link::take_in(std::string_view bytes) {
  if (state_ == State::finishing) return;
  if (tls_) return take_in_tls(bytes);
  if (state_ == State::opening) open();
  deliver(bytes);
}

void Link::take_in_tls(std::string_view bytes) {
  tls_->feed(bytes);
  output_ += tls_->take_output();
  if (tls_->state() == TlsState::failed && state_ == State::opening) return tls_failed();
  if (state_ == State::opening && tls_->state() != TlsState::handshaking) open();
  deliver(tls_->take_plaintext());
  if (state_ == State::closed || state_ == State::finishing) return;
  if (tls_->state() == TlsState::failed) return tls_failed();
  if (tls_->state() == TlsState::closed) return end_of_input();
  if (output_.size() - output_sent_ > kMaxUnsentOutput)
    return close({CloseCause::protocol, "the other end floods the link with TLS messages", {}, {}});
  if (output_.size() > output_sent_) wish_to_write();
}

void Link::open() {
  state_ = State::open;
  if (tls_) {
    peer_.fingerprint = tls_->peer().fingerprint;
    peer_.node_id = tls_->peer().node_id;
  }
  wish_to_write();
  call<&ConnectionHandlers::on_open>(peer_);
}

void Link::deliver(std::string_view plaintext) {
  if (state_ != State::open || plaintext.empty()) return;
  reader_.feed(plaintext);
  while (is_open()) {
    Result<std::optional<wire::Frame>> next = reader_.next();
    if (!next) return close({CloseCause::protocol, next.error().text(), {}, {}});
    if (!*next) return;
    if (counters_.frames_in++ == 0) deadline_.stop();
    call<&ConnectionHandlers::on_frame>(std::move(**next));
  }
}

void Link::end_of_input() {
  if (state_ == State::finishing) return close(finish_reason_);
  std::string text = "the other end closed the link";
  if (state_ == State::opening) {
    text += " during the TLS handshake";
  } else if (reader_.buffered_bytes() > 0) {
    text += " within a frame";
  } else if (counters_.frames_in == 0) {
    text += " before its first frame";
  }
  close({CloseCause::by_peer, std::move(text), {}, {}});
}

// The alert gives the other end the reason. One attempt is enough, because the link has ended.
void Link::tls_failed() {
  const std::string_view rest = std::string_view(output_).substr(output_sent_);
  if (!rest.empty()) ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  close({cause_of(tls_->failure()), tls_->error().text(), {}, {}});
}

}  // namespace merlin::net
