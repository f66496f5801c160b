// The target of a link: "HOST:PORT" as people write it, and the corresponding socket address. Nothing here resolves names (resolver.hpp
// does) or blocks.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"

namespace merlin::net {

inline constexpr std::uint16_t kDefaultPort = 15551;

struct HostPort {
  std::string host;  // a name or a literal, without brackets
  std::uint16_t port = kDefaultPort;

  auto operator<=>(const HostPort&) const = default;
  std::string text() const;  // "name:15551", "[fe80::1]:15551"
};

// "host", "host:port", "10.0.0.1:port", "[v6]", "[v6]:port", "v6". Ports are 1 to 65535.
Result<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port = kDefaultPort);

// An IPv4 or IPv6 address with a port. A value.
class SocketAddress {
 public:
  SocketAddress() = default;
  // Copies an address from the system. Empty for address families other than IPv4 and IPv6.
  static std::optional<SocketAddress> from_system(const sockaddr* address, socklen_t length);
  // Only literals such as 10.0.0.1, ::1 and fe80::1%eth0; never resolves a name.
  static std::optional<SocketAddress> from_literal(const std::string& host, std::uint16_t port);

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return length_; }
  int family() const { return storage_.ss_family; }
  std::uint16_t port() const;
  std::string host() const;  // without the port; an IPv4 address received through IPv6 is written as IPv4
  // Whose addresses one machine can have: an IPv4 address, or the network "2001:db8:0:1::/64".
  std::string network() const;
  std::string text() const;  // "10.0.0.1:15551", "[::1]:15551"

 private:
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

// The local or remote end of a connected socket. Empty if there is none.
std::optional<SocketAddress> local_address(int socket);
std::optional<SocketAddress> remote_address(int socket);

}  // namespace merlin::net
