#include "daemon/control/control_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace merlin::daemon {
namespace {

constexpr mode_t kSocketMode = 0660;
constexpr std::string_view kTooLong =
    R"({"ok":false,"errors":[{"what":"the request is longer than 64 KiB","where":"","fix":"send one JSON object on one line"}]})";
constexpr std::string_view kInternal = R"({"ok":false,"errors":[{"what":"internal error","where":"","fix":"see merlind's log"}]})";

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

// One connection. Ends itself through `over`.
class ControlSocket::Call {
 public:
  Call(ev::loop_ref loop, net::Fd socket, net::PeerCredentials from, const Answer& answer, Reply reply, std::function<void()> over)
      : socket_(std::move(socket)),
        from_(from),
        answer_(answer),
        reply_(std::move(reply)),
        over_(std::move(over)),
        readable_(loop),
        writable_(loop),
        deadline_(loop) {
    readable_.set<Call, &Call::read>(this);
    writable_.set<Call, &Call::write>(this);
    deadline_.set<Call, &Call::end>(this);
    readable_.start(socket_.get(), ev::READ);
    deadline_.start(kDeadlineSeconds);
  }
  Call(Call&&) = delete;

  void reply(std::string text) {
    rest_ = std::move(text);
    rest_ += '\n';
    deadline_.stop();
    deadline_.start(kDeadlineSeconds);
    writable_.start(socket_.get(), ev::WRITE);
  }

 private:
  void read() noexcept {
    std::array<char, 4096> bytes;
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && would_block()) return;
    if (got <= 0) return end();
    request_.append(bytes.data(), static_cast<std::size_t>(got));
    const std::size_t line_end = request_.find('\n');
    if (line_end == std::string::npos && request_.size() < kMaxRequestBytes) return;
    readable_.stop();
    answer_to(line_end);
  }

  void answer_to(std::size_t line_end) noexcept {
    if (line_end == std::string::npos || line_end > kMaxRequestBytes) return reply(std::string(kTooLong));
    try {
      answer_(request_.substr(0, line_end), from_, reply_);
    } catch (const std::exception&) {
      reply(std::string(kInternal));
    }
  }

  void write() noexcept {
    const ssize_t sent = ::send(socket_.get(), rest_.data() + sent_, rest_.size() - sent_, MSG_NOSIGNAL);
    if (sent < 0 && would_block()) return;
    if (sent <= 0) return end();
    sent_ += static_cast<std::size_t>(sent);
    if (sent_ == rest_.size()) end();
  }

  void end() noexcept {
    const auto over = std::move(over_);
    over();  // destroys this
  }

  net::Fd socket_;
  net::PeerCredentials from_;
  const Answer& answer_;
  Reply reply_;
  std::function<void()> over_;
  std::string request_;
  std::string rest_;
  std::size_t sent_ = 0;
  ev::io readable_;
  ev::io writable_;
  ev::timer deadline_;
};

ControlSocket::ControlSocket(ev::loop_ref loop, Answer answer) : loop_(loop), answer_(std::move(answer)) {}

ControlSocket::~ControlSocket() = default;

Result<> ControlSocket::listen(const std::string& path) {
  auto listener =
      net::UnixListener::listen(loop_, {.path = path, .mode = kSocketMode, .owner = {}, .group = {}},
                                [this](net::Fd socket, const net::PeerCredentials& from) { accepted(std::move(socket), from); });
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  return Ok{};
}

void ControlSocket::close() {
  listener_.reset();
  calls_.clear();
}

void ControlSocket::accepted(net::Fd socket, const net::PeerCredentials& from) {
  if (calls_.size() >= kMaxConnections) calls_.erase(calls_.begin());
  const std::uint64_t number = ++last_number_;
  const auto reply = [this, number](std::string text) {
    if (const auto call = calls_.find(number); call != calls_.end()) call->second->reply(std::move(text));
  };
  calls_[number] = std::make_unique<Call>(loop_, std::move(socket), from, answer_, reply, [this, number] { calls_.erase(number); });
}

}  // namespace merlin::daemon
