// Host names, IP addresses and HOST:PORT as people write them. No name is resolved.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/config/config.hpp"

namespace merlin::config {

// The address without brackets. Empty if it is neither a host name, IPv4 nor IPv6 (a scope is allowed: fe80::1%eth0).
std::optional<std::string> read_address(std::string_view text);

// "unix:/path", "host:15551", "10.0.0.1:15551", "[::1]:15551". Empty for anything else.
std::optional<Endpoint> read_endpoint(std::string_view text);

}  // namespace merlin::config
