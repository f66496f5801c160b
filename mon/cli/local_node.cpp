#include "mon/cli/local_node.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shared/config/nearest.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/tree.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kTypeWords = "peer, poller, master";

std::optional<config::NodeType> type_of(std::string_view word) {
  if (word == "peer") return config::NodeType::peer;
  if (word == "poller" || word == "slave") return config::NodeType::poller;
  if (word == "master" || word == "noc") return config::NodeType::master;
  return std::nullopt;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

// The value of a key of daemon { }, in files that may have errors elsewhere.
std::string daemon_setting(const config::Tree& tree, std::string_view key, std::string value) {
  for (const config::File& file : tree.files) {
    for (const config::Block& block : file.root.blocks) {
      if (block.kind.text != "daemon") continue;
      for (const config::Entry& entry : block.entries) {
        if (entry.key.text == key && entry.value) value = entry.value->text;
      }
    }
  }
  return value;
}

}  // namespace

Outcome<config::Config> load_config(const Call& call) {
  auto loaded = config::load_file(call.config_path);
  if (!loaded.config) return Failure{std::move(loaded.errors)};
  return std::move(*loaded.config);
}

config::DaemonConfig daemon_places(const std::string& config_path) {
  auto loaded = config::load_file(config_path);
  if (loaded.ok()) return loaded.config->daemon;
  const config::Tree tree = config::read_tree(config_path, config::disk());
  config::DaemonConfig places;
  places.control_socket = daemon_setting(tree, "control_socket", places.control_socket);
  places.tls_dir = daemon_setting(tree, "tls_dir", config_path.substr(0, config_path.rfind('/') + 1) + "tls");
  return places;
}

Answer ask_daemon(const Call& call, const ordered_json& request, int end) {
  return ask(daemon_places(call.config_path).control_socket, request, call.timeout, end);
}

std::vector<ordered_json> objects_at(const ordered_json& document, const char* key) {
  std::vector<ordered_json> objects;
  const auto found = document.find(key);
  if (found == document.end() || !found->is_array()) return objects;
  std::ranges::copy_if(*found, std::back_inserter(objects), [](const ordered_json& object) { return object.is_object(); });
  return objects;
}

std::vector<ordered_json> nodes_of(const ordered_json& status) { return objects_at(status, "nodes"); }

ordered_json node_of(const ordered_json& status, const std::string& name) {
  for (const ordered_json& node : nodes_of(status)) {
    const bool wanted = name.empty() ? flag_at(node, "self") : text_at(node, "name") == name;
    if (wanted) return node;
  }
  return nullptr;
}

std::string delay_text_of(const ordered_json& node) {
  if (!node.is_object()) return "";
  const auto delay = node.find("return_delay");
  return delay != node.end() && delay->is_object() ? text_at(*delay, "text") : "";
}

std::string text_at(const ordered_json& object, const char* key, const std::string& otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

std::int64_t number_at(const ordered_json& object, const char* key, std::int64_t otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

std::optional<double> real_at(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

bool flag_at(const ordered_json& object, const char* key, bool otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Error unknown_node(const Call& call, const std::string& name, const std::vector<std::string>& known) {
  const auto near = config::nearest(name, {known.begin(), known.end()});
  return {fmt::format("there is no node {}", config::quoted(name)), std::string(call.command->name),
          near ? fmt::format("did you mean {}?", *near) : "mon node list shows the names"};
}

Outcome<> check_names(const Call& call, const std::vector<std::string>& names, const config::Config& config) {
  std::vector<std::string> known;
  for (const auto& node : config.nodes) known.push_back(node.name);
  Failure unknown{{}, kWrongUsage};
  for (const std::string& name : names) {
    if (config.find_node(name) == nullptr) unknown.errors.push_back(unknown_node(call, name, known));
  }
  return unknown.errors.empty() ? Outcome<>(Ok{}) : Outcome<>(std::move(unknown));
}

Outcome<std::vector<config::NodeType>> wanted_types(const Call& call) {
  if (!call.has("--type")) return std::vector{config::NodeType::peer, config::NodeType::poller, config::NodeType::master};
  std::vector<config::NodeType> types;
  for (const std::string& word : split(call.options.at("--type"))) {
    const auto type = type_of(word);
    if (!type)
      return usage({fmt::format("unknown type {}", config::quoted(word)), std::string(call.command->name) + ": --type",
                    fmt::format("one or more of {}", kTypeWords)});
    types.push_back(*type);
  }
  return types;
}

}  // namespace merlin::mon
