#include "mon/ssh/target.hpp"

#include <fmt/format.h>

namespace merlin::mon::ssh {

std::string Target::text() const {
  const std::string who = fmt::format("{}@{}", user, host);
  return port == kUsualPort ? who : fmt::format("{} port {}", who, port);
}

Target target_of(const config::NodeConfig& node) {
  return {node.name, node.address, node.ssh_port, node.ssh_user, node.ssh_key, node.hostkey};
}

}  // namespace merlin::mon::ssh
