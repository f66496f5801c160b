// mon sshkey hosts
#include "mon/trust/host_keys.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/ssh/ssh_file.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostHosts = 10'000;
constexpr std::size_t kMostKeys = 16;

Result<NodeHostKeys> read_node(const ordered_json& entry) {
  const Error refusal{"a host key cannot be read", "host keys", "check that both nodes have the same version of Merlin"};
  NodeHostKeys node;
  node.name = text_at(entry, "name");
  const auto port = number_at(entry, "ssh_port", ssh::kUsualPort);
  const bool good = config::read_value({.type = config::ValueType::name}, node.name).ok() && port > 0 && port <= UINT16_MAX &&
                    entry.is_object() && entry.contains("keys") && entry["keys"].is_array() && entry["keys"].size() <= kMostKeys;
  if (!good) return refusal;
  node.ssh_port = static_cast<std::uint16_t>(port);
  for (const auto& line : entry["keys"]) {
    auto key = line.is_string() ? ssh::read_public_key(line.get<std::string>()) : Result<ssh::PublicKey>(refusal);
    if (!key) return refusal;
    node.keys.push_back(std::move(*key));
  }
  return node;
}

// A key that is known and differs is never replaced: the machine may be another one.
Error differs(const std::string& host, const std::string& own_name) {
  return {fmt::format("{} knows another host key of {}", own_name, host), "host keys",
          fmt::format("if {} was reinstalled: on {}: ssh-keygen -R '{}', then push again", host, own_name, host)};
}

Outcome<int> run_sshkey_hosts(const Call& call, Console& console) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto input = read_input_document();
  const auto nodes = input ? read_host_keys(*input) : input.error();
  const auto home = ssh::own_home();
  if (!nodes || !home) return nodes ? home.error() : nodes.error();
  Failure failure;
  std::vector<std::string> learnt;
  const auto learn = [&](std::string_view before) {
    std::string text(before);
    for (const NodeHostKeys& node : *nodes) {
      for (const ssh::KnownHost& host : hosts_of(*config, node)) {
        const auto known = ssh::familiarity(text, host);
        if (known == ssh::Familiarity::differs) failure.errors.push_back(differs(host.name(), config->node_name));
        if (known == ssh::Familiarity::unknown) learnt.push_back(host.name());
        text = ssh::with_host(text, host);
      }
    }
    return text;
  };
  if (const auto changed = ssh::change_ssh_file(*home, "known_hosts", learn); !changed) return changed.error();
  for (const std::string& host : learnt) console.out << fmt::format("host key of {} added\n", host);
  return failure.errors.empty() ? Outcome<int>(kAllWell) : failure;
}

}  // namespace

ordered_json host_keys_document(const std::vector<NodeHostKeys>& nodes) {
  ordered_json hosts = ordered_json::array();
  for (const NodeHostKeys& node : nodes) {
    ordered_json keys = ordered_json::array();
    for (const ssh::PublicKey& key : node.keys) keys.push_back(key.line());
    hosts.push_back({{"name", node.name}, {"ssh_port", node.ssh_port}, {"keys", std::move(keys)}});
  }
  return {{"hosts", std::move(hosts)}};
}

Result<std::vector<NodeHostKeys>> read_host_keys(const ordered_json& document) {
  const Error refusal{"the list of host keys cannot be read", "host keys", "check that both nodes have the same version of Merlin"};
  const bool good =
      document.is_object() && document.contains("hosts") && document["hosts"].is_array() && document["hosts"].size() <= kMostHosts;
  if (!good) return refusal;
  std::vector<NodeHostKeys> nodes;
  for (const auto& entry : document["hosts"]) {
    auto node = read_node(entry);
    if (!node) return node.error();
    nodes.push_back(std::move(*node));
  }
  return nodes;
}

std::vector<ssh::KnownHost> hosts_of(const config::Config& config, const NodeHostKeys& node) {
  if (node.keys.empty()) return {};
  const config::NodeConfig* block = config.find_node(node.name);
  const std::uint16_t port = block != nullptr ? block->ssh_port : node.ssh_port;
  std::vector<ssh::KnownHost> hosts{{node.name, port, node.keys}};
  if (block != nullptr && block->address != node.name) hosts.push_back({block->address, port, node.keys});
  return hosts;
}

namespace commands {

extern const Command kSshkeyHosts{
    .name = "sshkey hosts",
    .section = Section::ssh,
    .summary = "add host keys of other nodes from standard input to known_hosts",
    .details = "'mon sshkey push' runs this on the other node. A host key that is known and differs is never replaced.",
    .examples = {"mon sshkey hosts"},
    .is_plumbing = true,
    .run = run_sshkey_hosts,
};

}  // namespace commands

}  // namespace merlin::mon
