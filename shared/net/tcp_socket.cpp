#include "shared/net/tcp_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

namespace merlin::net {
namespace {

constexpr int kBacklog = 128;
constexpr int kNotSentLowWater = 16 * 1024;
constexpr int kKeepaliveIdleSeconds = 10;
constexpr int kKeepaliveIntervalSeconds = 5;
constexpr int kKeepaliveProbes = 3;

bool set_option(int socket, int level, int name, int value) { return ::setsockopt(socket, level, name, &value, sizeof value) == 0; }

Error listen_error(int error, const SocketAddress& address) {
  const std::string where = address.text();
  switch (error) {
    case EADDRINUSE:
      return Error{"cannot listen: the address is in use", where, "stop the program that listens there, or set another port or address"};
    case EADDRNOTAVAIL:
      return Error{"cannot listen: this machine has no such address", where, "set address to one of its own"};
    case EACCES:
      return Error{"cannot listen: permission denied", where, "ports below 1024 need more rights; set another port"};
    default:
      return Error{std::string("cannot listen: ") + std::strerror(error), where, {}};
  }
}

Result<Fd> make_socket(const SocketAddress& address) {
  Fd made(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!made) return Error{std::string("cannot create a socket: ") + std::strerror(errno), address.text(), {}};
  return made;
}

}  // namespace

Result<Fd> listen_tcp(const SocketAddress& address) {
  Result<Fd> made = make_socket(address);
  if (!made) return made;
  const int socket = made->get();
  const bool ready = set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1) &&
                     (address.family() != AF_INET6 || set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
                     ::bind(socket, address.data(), address.size()) == 0 && ::listen(socket, kBacklog) == 0;
  if (!ready) return listen_error(errno, address);
  return made;
}

Result<Fd> connect_tcp(const SocketAddress& address) {
  Result<Fd> made = make_socket(address);
  if (!made) return made;
  if (::connect(made->get(), address.data(), address.size()) != 0 && errno != EINPROGRESS) {
    return Error{std::string("cannot connect: ") + std::strerror(errno), address.text(), {}};
  }
  return made;
}

int connect_error(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

void tune_tcp(int socket, Millis user_timeout) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kNotSentLowWater);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(user_timeout.count()));
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kKeepaliveIdleSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kKeepaliveIntervalSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void set_non_blocking(int socket) {
  const int flags = ::fcntl(socket, F_GETFL);
  if (flags >= 0) ::fcntl(socket, F_SETFL, flags | O_NONBLOCK);
}

}  // namespace merlin::net
