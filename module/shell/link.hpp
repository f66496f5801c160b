// The module's connection to its daemon: connects, reconnects with back-off, splits received data into frames, and sends data as fast as
// the socket accepts it. Never blocks; driven by the core's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "module/shell/loop.hpp"
#include "module/shell/wrap.hpp"
#include "shared/base/time.hpp"
#include "shared/config/config.hpp"
#include "shared/wire/frame.hpp"

namespace merlin::neb {

class Link : public Watcher {
 public:
  static constexpr Millis kFirstRetry{100};
  static constexpr Millis kLongestRetry{2000};
  static constexpr Millis kHandshakeLimit{5000};
  // If more than this is unsent, the daemon does not read: the link is closed, and its rows are sent again later.
  static constexpr std::size_t kMaxUnsentBytes = 16 * 1024 * 1024;
  // A tick counts as at most this much silence, however late it is: data from the daemon is read first.
  static constexpr Millis kLongestTick{100};
  // If more than this is unprocessed, reading stops until it is processed. It contains at least one complete frame, whatever its size.
  static constexpr std::size_t kMaxUnreadBytes = wire::kFrameHeaderBytes + wire::kMaxPayloadBytes;

  // The user of the link. Called from on_ready() and tick(), never from within send() or close().
  class User {
   public:
    virtual ~User() = default;
    virtual void on_link_open() = 0;
    virtual void on_link_input() = 0;    // next_frame() has something, or an error
    virtual void on_link_drained() = 0;  // the socket accepted everything
    virtual void on_link_lost(const std::string& why) = 0;
  };

  // All parameters must outlive this. A daemon that is silent for `patience` is lost. `wraps` creates the TLS session for a daemon reached
  // by TCP; unused with a unix socket.
  Link(Loop& loop, User& user, config::Endpoint daemon, Millis patience, WrapFactory* wraps);
  ~Link() override;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void tick(SteadyTime now);
  void on_ready(int fd) override;

  // Queues data and sends it at once as far as the socket accepts it; dropped unless open().
  void send(std::string_view bytes);
  std::size_t unsent_bytes() const { return out_.size() - sent_; }
  bool open() const { return state_ == State::open; }
  // Complete frames from the received data; an Error: the data is not our protocol, close the link.
  Result<std::optional<wire::Frame>> next_frame() { return reader_.next(); }
  // The other end has proved to be a daemon: larger frames are accepted, and the back-off starts again.
  void trust();

  // Ends the connection, if there is one; the next due tick connects again.
  void close();
  // Ends it for good, after one more attempt to send the queued data.
  void shut_down();

  std::uint64_t bytes_in() const { return bytes_in_; }
  std::uint64_t bytes_out() const { return bytes_out_; }
  std::uint64_t connections() const { return connections_; }

 private:
  enum class Pump { done, full, broken };
  // silent: lost for the user, but kept; its first byte or its end leads to a new connection.
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

  Loop& loop_;
  User& user_;
  config::Endpoint daemon_;
  Millis patience_;
  WrapFactory* wraps_;
  std::unique_ptr<Wrap> wrap_;
  State state_ = State::closed;
  int socket_ = -1;
  int writable_ = -1;  // a duplicate of socket_, while there is data to write
  std::optional<SteadyTime> retry_at_;
  Millis retry_{kFirstRetry};
  SteadyTime deadline_{};  // for connecting and the handshake
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
