// The control socket: one request a connection, one line each way. Knows nothing of what is asked. Bounded: connections,
// bytes, time. Belongs to the loop's thread.
#pragma once

#include <ev++.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "net/listener.hpp"

namespace merlin::daemon {

class ControlSocket {
 public:
  static constexpr std::size_t kMaxConnections = 64;
  static constexpr std::size_t kMaxRequestBytes = 64 * 1024;
  static constexpr double kDeadlineSeconds = 5.0;

  // Takes an answer without line end, at once or later, from the loop; once. Nothing happens where nobody waits any more.
  using Reply = std::function<void(std::string answer)>;
  // A request without its line end. Called from the loop.
  using Answer = std::function<void(const std::string& request, const net::PeerCredentials& from, Reply reply)>;

  ControlSocket(ev::loop_ref loop, Answer answer);
  ControlSocket(ControlSocket&&) = delete;
  ~ControlSocket();

  // Listens there instead of where it did. Error: the old place is kept.
  Result<> listen(const std::string& path);
  void close();

 private:
  class Call;
  void accepted(net::Fd socket, const net::PeerCredentials& from);

  ev::loop_ref loop_;
  Answer answer_;
  std::unique_ptr<net::UnixListener> listener_;
  std::map<std::uint64_t, std::unique_ptr<Call>> calls_;
  std::uint64_t last_number_ = 0;
};

}  // namespace merlin::daemon
