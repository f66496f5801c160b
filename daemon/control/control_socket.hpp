// The control socket: one request per connection, one line in each direction. Independent of the requests' contents. Limits: connections,
// bytes, time. Belongs to the loop's thread.
#pragma once

#include <ev++.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "shared/net/listener.hpp"

namespace merlin::daemon {

class ControlSocket {
 public:
  static constexpr std::size_t kMaxConnections = 64;
  static constexpr std::size_t kMaxRequestBytes = 64 * 1024;
  static constexpr double kDeadlineSeconds = 5.0;

  // Called once with an answer without line end, at once or later, from the loop. No effect if nobody waits any more.
  using Reply = std::function<void(std::string answer)>;
  // Receives a request without line end. Called from the loop.
  using Answer = std::function<void(const std::string& request, const net::PeerCredentials& from, Reply reply)>;

  ControlSocket(ev::loop_ref loop, Answer answer);
  ControlSocket(ControlSocket&&) = delete;
  ~ControlSocket();

  // Listens on this path instead of the previous one. Error: the previous path is kept.
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
