#include "mon/nodes/reach.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "shared/net/fd.hpp"

namespace merlin::mon {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) list = nullptr;
  return {list, &::freeaddrinfo};
}

bool accepts(const addrinfo& address, Millis patience) {
  const net::Fd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return true;
  pollfd waiting{socket.get(), POLLOUT, 0};
  if (errno != EINPROGRESS || ::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return false;
  int fault = 0;
  socklen_t length = sizeof fault;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &fault, &length) == 0 && fault == 0;
}

}  // namespace

Reached reach(const std::vector<std::string>& addresses, std::uint16_t port, Millis patience) {
  std::optional<std::string> resolved;
  for (const std::string& address : addresses) {
    const Addresses list = resolve(address, port);
    if (list && !resolved) resolved = address;
    for (const addrinfo* one = list.get(); one != nullptr; one = one->ai_next) {
      if (accepts(*one, patience)) return {address, true};
    }
  }
  return {resolved.value_or(addresses.front()), false};
}

}  // namespace merlin::mon
