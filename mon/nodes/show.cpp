// mon node show [NAME…]: the format that scripts of old installations use with eval.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/nodes/node_variables.hpp"
#include "mon/trust/certificate.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json document_of(const config::NodeConfig& node, std::string_view type) {
  ordered_json sync = ordered_json::array();
  for (const auto& entry : node.sync.entries) sync.push_back({{"source", entry.source}, {"dest", entry.dest}});
  return {{"name", node.name},
          {"type", type},
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
          {"hostkey", or_null(node.hostkey)},
          {"max_rate", or_null(node.max_rate)},
          {"oconf_push", or_null(node.object_config.push)},
          {"oconf_fetch", or_null(node.object_config.fetch)},
          {"oconf_source", or_null(node.object_config.source)},
          {"oconf_dest", or_null(node.object_config.dest)},
          {"sync", sync}};
}

// Quoted for a POSIX shell: in single quotes if a character has a meaning there.
std::string shell_quoted(const std::string& value) {
  const auto is_harmless = [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_-./:,@%+").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::ranges::all_of(value, is_harmless)) return value;
  std::string quoted = "'";
  for (char c : value) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string lines_of(const config::NodeConfig& node, std::string_view type) {
  std::string lines;
  for (const auto& [key, value] : node_variables(node, type)) lines += fmt::format("{}={}\n", key, shell_quoted(value));
  return lines;
}

// The local node as if it had a block: its settings are at the top of merlin.conf.
config::NodeConfig self_of(const Call& call, const config::Config& config) {
  config::NodeConfig self;
  self.name = config.node_name;
  self.address = fmt::format("{}", fmt::join(config.listen_addresses, ","));
  self.port = config.port;
  self.weight = config.weight;
  self.notifies = config.module.notifies;
  if (const auto own = own_certificate(call.config_path)) self.fingerprints = {own->fingerprint.substr(own->fingerprint.find(':') + 1)};
  return self;
}

bool is_wanted(const Call& call, const std::vector<config::NodeType>& types, const config::NodeConfig& node) {
  const bool is_named = call.words.empty() || std::ranges::find(call.words, node.name) != call.words.end();
  return is_named && std::ranges::find(types, node.type) != types.end();
}

Outcome<int> run_node_show(const Call& call, Console& console) {
  const auto types = wanted_types(call);
  if (!types) return types.failure();
  const auto config = load_config(call);
  if (!config) return config.failure();
  std::vector<std::string> others = call.words;
  const bool with_self = call.has("--self") || std::erase(others, config->node_name) > 0;
  if (const auto known = check_names(call, others, *config); !known) return known.failure();

  ordered_json document{{"nodes", ordered_json::array()}};
  std::string text;
  if (with_self) {
    const auto self = self_of(call, *config);
    document["nodes"].push_back(document_of(self, "self"));
    text = lines_of(self, "self");
  }
  for (const auto& node : config->nodes) {
    if ((with_self && others.empty()) || !is_wanted(call, *types, node)) continue;
    document["nodes"].push_back(document_of(node, config::type_name(node.type)));
    text += (text.empty() ? "" : "\n") + lines_of(node, config::type_name(node.type));
  }
  if (call.json())
    console.print(document);
  else
    console.out << text;
  if (!call.json() && !with_self && config->nodes.empty())
    console.note("no other node is configured; to show this one: mon node show --self");
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kNodeShow{
    .name = "node show",
    .section = Section::nodes,
    .arguments = "[NAME…] [--self]",
    .summary = "show the settings of other nodes, or of this one (--self), as KEY=value lines for eval",
    .details =
        "Without NAME: all other nodes of merlin.conf, with an empty line between them, as in earlier versions. The local node is shown\n"
        "with --self, or by its name.",
    .examples = {"mon node show peer02", "mon node show --self", "eval \"$(mon node show peer02)\"; echo \"$ADDRESS:$PORT\""},
    .options = {{"--self", "", "the local node"}, options::kType, options::kJson},
    .max_words = Command::kMany,
    .run = run_node_show,
};

}  // namespace commands

}  // namespace merlin::mon
