// The identifiers that nodes exchange.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace merlin {

// Random; created once, stored on disk and in the node's certificate. Written as 32 hex digits.
struct NodeId {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const NodeId&) const = default;
  bool empty() const { return *this == NodeId{}; }
  std::string hex() const;
  std::string short_hex() const { return hex().substr(0, 8); }
  static std::optional<NodeId> from_hex(std::string_view text);
  static std::optional<NodeId> from_bytes(std::string_view sixteen_bytes);
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

// XXH3_64 of the host's name. Never 0.
using HostKey = std::uint64_t;
// XXH3_64 of "host name" NUL "service description". 0 means the host itself.
using ServiceKey = std::uint64_t;

struct ObjectKey {
  HostKey host = 0;
  ServiceKey service = 0;

  auto operator<=>(const ObjectKey&) const = default;
  bool is_host() const { return service == 0; }
};

HostKey host_key(std::string_view host_name);
ServiceKey service_key(std::string_view host_name, std::string_view description);

// The unit of ownership (R1): the key of a host, or of an orphan service, whose host is owned by a node that lacks the service.
using Unit = std::uint64_t;

}  // namespace merlin

template <>
struct std::hash<merlin::NodeId> {
  std::size_t operator()(const merlin::NodeId& id) const noexcept;
};
template <>
struct std::hash<merlin::ObjectKey> {
  // The parts are already hashes.
  std::size_t operator()(const merlin::ObjectKey& key) const noexcept { return key.host ^ (key.service * 0x9E3779B97F4A7C15ULL); }
};
