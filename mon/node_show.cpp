// mon node show [NAME…]: the lines that scripts of old installations take by eval.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "config/edit.hpp"
#include "config/values.hpp"
#include "mon/commands.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ",")); }

std::string yes_no(bool yes) { return yes ? "yes" : "no"; }

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

std::vector<std::string> shown_fingerprints(const config::NodeConfig& node) {
  std::vector<std::string> shown;
  for (const std::string& digits : node.fingerprints) shown.push_back("SHA256:" + digits);
  return shown;
}

ordered_json document_of(const config::NodeConfig& node) {
  ordered_json sync = ordered_json::array();
  for (const auto& entry : node.sync.entries) sync.push_back({{"source", entry.source}, {"dest", entry.dest}});
  return {{"name", node.name},
          {"type", config::type_name(node.type)},
          {"address", node.address},
          {"port", node.port},
          {"hostgroup", node.hostgroups},
          {"weight", or_null(node.weight)},
          {"connect", node.connect},
          {"takeover", node.takeover},
          {"notifies", node.notifies},
          {"data_timeout_ms", node.data_timeout ? ordered_json(node.data_timeout->count()) : ordered_json(nullptr)},
          {"fingerprint", shown_fingerprints(node)},
          {"ssh_user", node.ssh_user},
          {"ssh_port", node.ssh_port},
          {"ssh_key", or_null(node.ssh_key)},
          {"max_rate", or_null(node.max_rate)},
          {"oconf_push", or_null(node.object_config.push)},
          {"oconf_fetch", or_null(node.object_config.fetch)},
          {"oconf_source", or_null(node.object_config.source)},
          {"oconf_dest", or_null(node.object_config.dest)},
          {"sync", sync}};
}

// Every key on every node, so that eval leaves nothing of the node before.
config::Settings variables_of(const config::NodeConfig& node) {
  std::vector<std::string> sync;
  for (const auto& entry : node.sync.entries) sync.push_back(entry.source + " " + entry.dest);
  const auto& transfer = node.object_config;
  return {{"NAME", node.name},
          {"TYPE", std::string(config::type_name(node.type))},
          {"ADDRESS", node.address},
          {"PORT", std::to_string(node.port)},
          {"HOSTGROUP", joined(node.hostgroups)},
          {"WEIGHT", node.weight ? std::to_string(*node.weight) : ""},
          {"CONNECT", yes_no(node.connect)},
          {"TAKEOVER", yes_no(node.takeover)},
          {"NOTIFIES", yes_no(node.notifies)},
          {"DATA_TIMEOUT", node.data_timeout ? config::duration_text(*node.data_timeout) : ""},
          {"FINGERPRINT", joined(shown_fingerprints(node))},
          {"SSH_USER", node.ssh_user},
          {"SSH_PORT", std::to_string(node.ssh_port)},
          {"SSH_KEY", node.ssh_key.value_or("")},
          {"MAX_RATE", node.max_rate ? config::size_text(*node.max_rate) : ""},
          {"OCONF_PUSH", transfer.push.value_or("")},
          {"OCONF_FETCH", transfer.fetch.value_or("")},
          {"OCONF_SOURCE", transfer.source.value_or("")},
          {"OCONF_DEST", transfer.dest.value_or("")},
          {"SYNC", fmt::format("{}", fmt::join(sync, "\n"))}};
}

// As a POSIX shell reads it back: in single quotes where a character could mean something to it.
std::string shell_quoted(const std::string& value) {
  const auto is_harmless = [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_-./:,@%+").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::ranges::all_of(value, is_harmless)) return value;
  std::string quoted = "'";
  for (char c : value) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string lines_of(const config::NodeConfig& node) {
  std::string lines;
  for (const auto& [key, value] : variables_of(node)) lines += fmt::format("{}={}\n", key, shell_quoted(value));
  return lines;
}

bool is_wanted(const Call& call, const std::vector<config::NodeType>& types, const config::NodeConfig& node) {
  const bool is_named = call.words.empty() || std::ranges::find(call.words, node.name) != call.words.end();
  return is_named && std::ranges::find(types, node.type) != types.end();
}

// Prints each name that merlin.conf does not know.
bool all_known(const Call& call, const config::Config& config, Console& console) {
  std::vector<std::string> names;
  for (const auto& node : config.nodes) names.push_back(node.name);
  bool known = true;
  for (const std::string& name : call.words) {
    if (config.find_node(name) != nullptr) continue;
    console.error(unknown_node(call, name, names));
    known = false;
  }
  return known;
}

}  // namespace

int run_node_show(const Call& call, Console& console) {
  const auto types = wanted_types(call, console);
  if (!types) return wrong_usage;
  const auto config = load_config(call, console);
  if (!config) return failed;
  if (!all_known(call, *config, console)) return wrong_usage;

  ordered_json document{{"nodes", ordered_json::array()}};
  std::string text;
  for (const auto& node : config->nodes) {
    if (!is_wanted(call, *types, node)) continue;
    document["nodes"].push_back(document_of(node));
    text += (text.empty() ? "" : "\n") + lines_of(node);
  }
  if (call.json())
    console.print(document);
  else
    console.out << text;
  return all_well;
}

}  // namespace merlin::mon
