// The module's one connection to its daemon: connects, reconnects with back-off, cuts what comes into frames,
// and sends what it is given as fast as the socket takes it. Never blocks; carried by the core's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "config/config.hpp"
#include "module/core/core.hpp"
#include "module/wrap.hpp"
#include "wire/frame.hpp"

namespace merlin::neb {

class Link : public Watcher {
 public:
  static constexpr Millis kFirstRetry{100};
  static constexpr Millis kLongestRetry{2000};
  static constexpr Millis kHandshakeLimit{5000};
  // More than this unsent means that the daemon does not read: the link is closed, its rows are sent again later.
  static constexpr std::size_t kMaxUnsentBytes = 16 * 1024 * 1024;
  // A tick counts as no more silence than this, however late it comes: what the daemon said meanwhile is read first.
  static constexpr Millis kLongestTick{100};
  // More than this not worked off: nothing more is read until it is.
  static constexpr std::size_t kMaxUnreadBytes = 1024 * 1024;

  // Who uses the link. Called from on_ready() and tick(), never from within send() or close().
  class User {
   public:
    virtual ~User() = default;
    virtual void on_link_open() = 0;
    virtual void on_link_input() = 0;    // next_frame() has something, or an error
    virtual void on_link_drained() = 0;  // the socket took all there was
    virtual void on_link_lost(const std::string& why) = 0;
  };

  // All outlive this. A daemon that says nothing for `patience` is lost. `wraps` makes the TLS session for a TCP daemon;
  // unused with a unix socket.
  Link(Core& core, User& user, config::Endpoint daemon, Millis patience, WrapFactory* wraps);
  ~Link() override;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void tick(SteadyTime now);
  void on_ready(int fd) override;

  // Only while open(). Queued, and sent at once as far as the socket takes it.
  void send(std::string_view bytes);
  std::size_t unsent_bytes() const { return out_.size() - sent_; }
  bool open() const { return state_ == State::open; }
  // Whole frames of what was read; an Error: what came is not our protocol, close the link.
  Result<std::optional<wire::Frame>> next_frame() { return reader_.next(); }
  // The other end has proved to be a daemon: larger frames are taken, and the back-off starts anew.
  void trust();

  // Ends the connection, if there is one; the next tick that is due connects again.
  void close();
  // Ends it for good, after one more try to send what waits.
  void shut_down();

  std::uint64_t bytes_in() const { return bytes_in_; }
  std::uint64_t bytes_out() const { return bytes_out_; }
  std::uint64_t connections() const { return connections_; }

 private:
  enum class Pump { done, full, broken };
  // silent: lost for the user, but held on to; its first word or its end leads to a new connection.
  enum class State { closed, connecting, wrapping, open, silent, over };

  void connect(SteadyTime now);
  void connected();
  void read();
  void take_input(std::string_view bytes);
  Pump pump();
  void flush();
  void fall_silent();
  void begin_anew();
  void want_writable(bool wanted);
  void lose(const std::string& why);
  void drop_socket();

  Core& core_;
  User& user_;
  config::Endpoint daemon_;
  Millis patience_;
  WrapFactory* wraps_;
  std::unique_ptr<Wrap> wrap_;
  State state_ = State::closed;
  int socket_ = -1;
  int writable_ = -1;  // a duplicate of socket_, while there is something to write
  std::optional<SteadyTime> retry_at_;
  Millis retry_{kFirstRetry};
  SteadyTime deadline_{};  // of connecting and the handshake
  SteadyTime last_tick_{};
  Millis silence_{0};
  wire::FrameReader reader_;
  std::string out_;
  std::size_t sent_ = 0;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::uint64_t connections_ = 0;
};

}  // namespace merlin::neb
