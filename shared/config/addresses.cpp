#include "shared/config/addresses.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>

namespace merlin::config {
namespace {

constexpr std::size_t kLongestHostName = 253;
constexpr std::size_t kLongestLabel = 63;

bool is_ip(int family, const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(family, text.c_str(), bytes) == 1;
}

bool is_ipv6(const std::string& text) {
  const std::size_t percent = text.find('%');
  if (percent == std::string::npos) return is_ip(AF_INET6, text);
  const std::string scope = text.substr(percent + 1);
  const bool plain = std::all_of(scope.begin(), scope.end(), [](char c) { return (c > ' ' && c < 0x7f) && c != '/' && c != ']'; });
  return !scope.empty() && plain && is_ip(AF_INET6, text.substr(0, percent));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

// A last label that contains only digits would be an invalid IPv4 address.
bool is_host_name(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.empty() || name.size() > kLongestHostName) return false;
  std::string_view last;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    last = name.substr(at, dot - at);
    if (!is_label(last)) return false;
    at = dot + 1;
  }
  return !std::all_of(last.begin(), last.end(), is_digit);
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::optional<std::string> read_address(std::string_view text) {
  const bool brackets = text.size() > 2 && text.front() == '[' && text.back() == ']';
  const std::string bare(brackets ? text.substr(1, text.size() - 2) : text);
  if (is_ipv6(bare)) return bare;
  if (!brackets && (is_ip(AF_INET, bare) || is_host_name(bare))) return bare;
  return std::nullopt;
}

std::optional<Endpoint> read_endpoint(std::string_view text) {
  constexpr std::string_view unix_word = "unix:";
  if (text.substr(0, unix_word.size()) == unix_word) {
    text.remove_prefix(unix_word.size());
    if (text.empty() || text.front() != '/' || text.size() >= sizeof(sockaddr_un::sun_path)) return std::nullopt;
    return Endpoint{std::string(text), "", 0};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(0, colon);
  // "::1:15551" would be ambiguous.
  if (host.find(':') != std::string_view::npos && host.front() != '[') return std::nullopt;
  const std::optional<std::string> address = read_address(host);
  const std::optional<std::uint16_t> port = read_port(text.substr(colon + 1));
  if (!address || !port) return std::nullopt;
  return Endpoint{"", *address, *port};
}

}  // namespace merlin::config
