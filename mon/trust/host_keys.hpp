// The host keys that `mon sshkey push` distributes, so that ssh between all pairs of nodes needs no question.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mon/ssh/known_hosts.hpp"
#include "shared/base/result.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

// One node's ssh server, as another node describes it.
struct NodeHostKeys {
  std::string name;
  std::uint16_t ssh_port = ssh::kUsualPort;
  std::vector<ssh::PublicKey> keys;
};

nlohmann::ordered_json host_keys_document(const std::vector<NodeHostKeys>& nodes);
Result<std::vector<NodeHostKeys>> read_host_keys(const nlohmann::ordered_json& document);

// Under which names and port the node with this merlin.conf reaches that server: by the node's block if there is one.
std::vector<ssh::KnownHost> hosts_of(const config::Config& config, const NodeHostKeys& node);

}  // namespace merlin::mon
