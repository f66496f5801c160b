#include "module/shell/dial.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

namespace merlin::neb {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

Error failure(const config::Endpoint& endpoint, int error) { return {std::strerror(error), endpoint.text(), ""}; }

// If the daemon's machine has failed, the regular heartbeats detect it.
void set_options(int fd) {
  const int on = 1;
  const int unanswered_ms = 10000;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof unanswered_ms);
}

Result<int> start(const config::Endpoint& endpoint, const Address& address) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failure(endpoint, errno);
  if (!endpoint.is_unix()) set_options(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0 || errno == EINPROGRESS) return fd;
  const int error = errno;
  ::close(fd);
  return failure(endpoint, error);
}

Result<Address> unix_address(const config::Endpoint& endpoint) {
  sockaddr_un name{};
  if (endpoint.unix_path.size() >= sizeof name.sun_path) return failure(endpoint, ENAMETOOLONG);
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, endpoint.unix_path.data(), endpoint.unix_path.size());
  Address address;
  std::memcpy(&address.storage, &name, sizeof name);
  address.length = sizeof name;
  return address;
}

std::optional<Address> literal(const std::string& host, std::uint16_t port) {
  Address address;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.length = sizeof v4;
    return address;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&address.storage, &v6, sizeof v6);
  address.length = sizeof v6;
  return address;
}

std::optional<std::string> from_hosts_file(const std::string& name) {
  std::ifstream file("/etc/hosts");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address;
    std::string alias;
    words >> address;
    while (words >> alias) {
      if (alias == name) return address;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<int> dial(const config::Endpoint& endpoint) {
  if (endpoint.is_unix()) {
    const auto address = unix_address(endpoint);
    return address ? start(endpoint, *address) : Result<int>(address.error());
  }
  if (const auto address = literal(endpoint.host, endpoint.port)) return start(endpoint, *address);
  const auto known = from_hosts_file(endpoint.host);
  const auto address = known ? literal(*known, endpoint.port) : std::nullopt;
  if (address) return start(endpoint, *address);
  return Error{"the address of '" + endpoint.host + "' is unknown", "module { daemon }",
               "write an IPv4 or IPv6 address, or add the name to /etc/hosts, because the core cannot wait for a name server"};
}

}  // namespace merlin::neb
