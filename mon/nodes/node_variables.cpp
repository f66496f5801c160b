#include "mon/nodes/node_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "shared/config/key_table.hpp"
#include "shared/config/load.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

std::string yes_no(bool yes) { return yes ? "yes" : "no"; }

std::string variable(const config::Settings& variables, std::string_view key) {
  std::string upper(key);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto found = std::ranges::find(variables, upper, &std::pair<std::string, std::string>::first);
  return found == variables.end() ? "" : found->second;
}

}  // namespace

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ",")); }

std::vector<std::string> shown_fingerprints(const config::NodeConfig& node) {
  std::vector<std::string> shown;
  for (const std::string& digits : node.fingerprints) shown.push_back("SHA256:" + digits);
  return shown;
}

config::Settings node_variables(const config::NodeConfig& node, std::string_view type) {
  std::vector<std::string> sync;
  for (const auto& entry : node.sync.entries) sync.push_back(entry.source + " " + entry.dest);
  const auto& transfer = node.object_config;
  return {{"NAME", node.name},
          {"TYPE", std::string(type)},
          {"ADDRESS", node.address},
          {"PORT", std::to_string(node.port)},
          {"HOSTGROUP", fmt::format("{}", fmt::join(node.hostgroups, ","))},
          {"WEIGHT", node.weight ? std::to_string(*node.weight) : ""},
          {"CONNECT", yes_no(node.connect)},
          {"TAKEOVER", yes_no(node.takeover)},
          {"NOTIFIES", yes_no(node.notifies)},
          {"DATA_TIMEOUT", node.data_timeout ? config::duration_text(*node.data_timeout) : ""},
          {"FINGERPRINT", fmt::format("{}", fmt::join(shown_fingerprints(node), ","))},
          {"SSH_USER", node.ssh_user},
          {"SSH_PORT", std::to_string(node.ssh_port)},
          {"SSH_KEY", node.ssh_key.value_or("")},
          {"HOSTKEY", node.hostkey.value_or("")},
          {"MAX_RATE", node.max_rate ? config::size_text(*node.max_rate) : ""},
          {"OCONF_PUSH", transfer.push.value_or("")},
          {"OCONF_FETCH", transfer.fetch.value_or("")},
          {"OCONF_SOURCE", transfer.source.value_or("")},
          {"OCONF_DEST", transfer.dest.value_or("")},
          {"SYNC", fmt::format("{}", fmt::join(sync, "\n"))}};
}

std::vector<std::string> differing_keys(const config::NodeConfig& node, const config::Settings& given) {
  const std::string type(config::type_name(node.type));
  const auto text = config::add_block("", {}, {type, node.name}, given);
  const auto probe = text ? config::load_text(*text, "settings").config : std::nullopt;
  const config::NodeConfig* wanted = probe ? probe->find_node(node.name) : nullptr;
  const auto have = node_variables(node, type);
  std::vector<std::string> differing;
  for (const auto& [key, value] : given) {
    const config::KeySpec* spec = config::find_key(config::Scope::node, key);
    const std::string name = spec != nullptr ? std::string(spec->name) : key;
    const bool same = wanted != nullptr && variable(node_variables(*wanted, type), name) == variable(have, name);
    if (!same) differing.push_back(name);
  }
  return differing;
}

}  // namespace merlin::mon
