#include "shared/net/address.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace merlin::net {
namespace {

Error not_an_address(std::string_view text, std::string why) {
  return Error{"\"" + std::string(text.substr(0, 300)) + "\" is no address: " + std::move(why), {}, "write HOST, HOST:PORT or [IPv6]:PORT"};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

bool can_be_host(std::string_view host) {
  constexpr std::size_t kMaxHostLength = 255;
  if (host.empty() || host.size() > kMaxHostLength) return false;
  for (char c : host) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F || std::strchr("[]/\"'", c) != nullptr) return false;
  }
  return true;
}

Result<HostPort> checked(std::string_view text, std::string_view host, std::string_view port_text, std::uint16_t default_port) {
  if (!can_be_host(host)) return not_an_address(text, host.empty() ? "the host is missing" : "the host is not a name");
  if (port_text.empty()) return HostPort{std::string(host), default_port};
  const std::optional<std::uint16_t> port = parse_port(port_text.substr(1));
  if (!port) return not_an_address(text, "a port is a number from 1 to 65535");
  return HostPort{std::string(host), *port};
}

const sockaddr_in* as_v4(const sockaddr_storage& storage) { return reinterpret_cast<const sockaddr_in*>(&storage); }
const sockaddr_in6* as_v6(const sockaddr_storage& storage) { return reinterpret_cast<const sockaddr_in6*>(&storage); }

std::string printed(int family, const void* bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  return ::inet_ntop(family, bytes, text, sizeof text) != nullptr ? text : "";
}

}  // namespace

std::string HostPort::text() const {
  const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return shown + ":" + std::to_string(port);
}

Result<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return not_an_address(text, "\"]\" is missing");
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return not_an_address(text, "\":\" is expected after \"]\"");
    return checked(text, text.substr(1, close - 1), rest, default_port);
  }
  const auto colon = text.find(':');
  const bool is_bare_v6 = colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos;
  if (!is_bare_v6) return checked(text, text.substr(0, colon), colon == std::string_view::npos ? "" : text.substr(colon), default_port);
  if (!SocketAddress::from_literal(std::string(text), default_port)) return not_an_address(text, "not an IPv6 address");
  return HostPort{std::string(text), default_port};
}

std::optional<SocketAddress> SocketAddress::from_system(const sockaddr* address, socklen_t length) {
  const bool is_v4 = address->sa_family == AF_INET && length >= sizeof(sockaddr_in);
  const bool is_v6 = address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6);
  if (!is_v4 && !is_v6) return std::nullopt;
  SocketAddress made;
  made.length_ = is_v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::memcpy(&made.storage_, address, made.length_);
  return made;
}

std::optional<SocketAddress> SocketAddress::from_literal(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return from_system(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);

  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const auto percent = host.find('%');
  if (percent != std::string::npos) {
    v6.sin6_scope_id = ::if_nametoindex(host.substr(percent + 1).c_str());
    if (v6.sin6_scope_id == 0) return std::nullopt;
  }
  if (::inet_pton(AF_INET6, host.substr(0, percent).c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  return from_system(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

std::uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(as_v4(storage_)->sin_port);
  return family() == AF_INET6 ? ntohs(as_v6(storage_)->sin6_port) : std::uint16_t{0};
}

std::string SocketAddress::host() const {
  if (family() == AF_INET) return printed(AF_INET, &as_v4(storage_)->sin_addr);
  if (family() != AF_INET6) return {};
  const sockaddr_in6* v6 = as_v6(storage_);
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) return printed(AF_INET, &v6->sin6_addr.s6_addr[12]);
  char interface[IF_NAMESIZE] = "";
  std::string text = printed(AF_INET6, &v6->sin6_addr);
  if (v6->sin6_scope_id != 0 && ::if_indextoname(v6->sin6_scope_id, interface) != nullptr) text.append("%").append(interface);
  return text;
}

std::string SocketAddress::network() const {
  if (family() != AF_INET6 || IN6_IS_ADDR_V4MAPPED(&as_v6(storage_)->sin6_addr)) return host();
  in6_addr prefix = as_v6(storage_)->sin6_addr;
  std::memset(&prefix.s6_addr[8], 0, 8);
  return printed(AF_INET6, &prefix) + "/64";
}

std::string SocketAddress::text() const { return HostPort{host(), port()}.text(); }

std::optional<SocketAddress> local_address(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return std::nullopt;
  return SocketAddress::from_system(reinterpret_cast<const sockaddr*>(&storage), length);
}

std::optional<SocketAddress> remote_address(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return std::nullopt;
  return SocketAddress::from_system(reinterpret_cast<const sockaddr*>(&storage), length);
}

}  // namespace merlin::net
