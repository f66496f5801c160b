#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "shared/net/link.hpp"

namespace merlin::net {
namespace {

// A limit, so that one busy link does not starve the others; the rest is sent in the next turn.
constexpr int kSlicesPerTurn = 16;

}  // namespace

void Link::write_some() {
  if (state_ == State::closed || doomed_) return;
  std::array<bool, kPriorities> was_waiting{};
  for (std::size_t i = 0; i < kPriorities; ++i) was_waiting[i] = queue_.bytes(static_cast<Priority>(i)) > 0;

  write_slices();
  if (state_ == State::closed) return;
  in_write_ = true;
  report_drained(was_waiting);
  in_write_ = false;
  if (state_ == State::closed) return;

  // Data that handlers have just queued waits for the next turn; otherwise a fast reader would keep us from returning.
  const bool can_write_queue = state_ != State::opening && queue_.bytes() > 0;
  const bool more = output_.size() > output_sent_ || can_write_queue || (state_ == State::finishing && !goodbye_said_);
  if (more && !doomed_) {
    writable_.start();
  } else {
    writable_.stop();
  }
}

void Link::write_slices() {
  for (int i = 0; i < kSlicesPerTurn; ++i) {
    if (!write_output() || !next_output()) return;
  }
}

// Fills the empty output buffer. False if there is nothing to send now.
bool Link::next_output() {
  if (state_ != State::open && state_ != State::finishing) return false;
  std::string slice = queue_.take(TlsSession::kRecordBytes);
  counters_.frames_out = queue_.frames_taken();
  if (slice.empty()) return state_ == State::finishing && say_goodbye();
  if (!tls_) {
    output_ = std::move(slice);
    return true;
  }
  if (!tls_->write(slice)) {
    tls_failed();
    return false;
  }
  output_ = tls_->take_output();
  return true;
}

// Sends the last output, then the end of the stream. Data from the other end is read and dropped until it closes too: if a socket with
// unread data is closed, the kernel discards data that is on its way to the other end.
bool Link::say_goodbye() {
  if (goodbye_said_) return false;
  goodbye_said_ = true;
  if (tls_) {
    tls_->close();
    output_ = tls_->take_output();
  }
  return true;
}

// True if the socket accepted everything.
bool Link::write_output() {
  while (output_sent_ < output_.size()) {
    const ssize_t sent = ::send(socket_.get(), output_.data() + output_sent_, output_.size() - output_sent_, MSG_NOSIGNAL);
    if (sent >= 0) {
      output_sent_ += static_cast<std::size_t>(sent);
      counters_.bytes_out += static_cast<std::uint64_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) write_failed(errno);
    return false;
  }
  output_.clear();
  output_sent_ = 0;
  if (goodbye_said_) ::shutdown(socket_.get(), SHUT_WR);
  return true;
}

// The other end may have sent the reason why it left.
void Link::write_failed(int error) {
  if (state_ == State::finishing) return close(finish_reason_);
  read_some();
  close({cause_of_errno(error), std::string("sending failed: ") + std::strerror(error), {}, {}});
}

void Link::report_drained(const std::array<bool, kPriorities>& was_waiting) {
  for (std::size_t i = 0; i < kPriorities; ++i) {
    const auto priority = static_cast<Priority>(i);
    if (!was_waiting[i] || queue_.bytes(priority) > 0) continue;
    call<&ConnectionHandlers::on_drained>(priority);
    if (state_ == State::closed) return;
  }
}

}  // namespace merlin::net
