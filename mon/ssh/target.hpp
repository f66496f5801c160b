// The address of a node's ssh server, and the user with which mon logs in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shared/config/config.hpp"

namespace merlin::mon::ssh {

inline constexpr std::uint16_t kUsualPort = 22;

struct Target {
  std::string name;  // of the node
  std::string host;
  std::uint16_t port = kUsualPort;
  std::string user;
  std::optional<std::string> key;       // path of a private key that is tried first
  std::optional<std::string> host_key;  // "SHA256:…": the only one that is accepted while known_hosts has none

  std::string text() const;  // "root@10.0.0.2", "root@10.0.0.2 port 2222"
};

Target target_of(const config::NodeConfig& node);

}  // namespace merlin::mon::ssh
