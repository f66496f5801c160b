#include "shared/config/config.hpp"

namespace merlin::config {

std::string_view type_name(NodeType type) {
  switch (type) {
    case NodeType::poller:
      return "poller";
    case NodeType::master:
      return "master";
    case NodeType::peer:
      break;
  }
  return "peer";
}

std::string Endpoint::text() const {
  if (is_unix()) return "unix:" + unix_path;
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

const NodeConfig* Config::find_node(std::string_view name) const {
  for (const NodeConfig& node : nodes) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

}  // namespace merlin::config
