// mon cert show: works without merlind, and with an invalid merlin.conf.
#include <fmt/format.h>

#include <algorithm>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/text_table.hpp"
#include "mon/trust/certificate.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

std::vector<ordered_json> objects_at(const ordered_json& document, const char* key) {
  std::vector<ordered_json> objects;
  for (const auto& object : document.value(key, ordered_json::array())) {
    if (object.is_object()) objects.push_back(object);
  }
  return objects;
}

// The trusted certificates in merlin.conf, in the format of merlind's answer.
ordered_json trusted_by_file(const config::Config& config) {
  ordered_json trusted = ordered_json::array();
  for (const auto& node : config.nodes) {
    for (const std::string& digits : node.fingerprints) {
      trusted.push_back({{"name", node.name}, {"fingerprint", "SHA256:" + digits}, {"linked", nullptr}});
    }
  }
  return trusted;
}

// "10.0.0.3" of "10.0.0.3:4711", "::1" of "[::1]:4711".
std::string host_of(const std::string& address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const bool has_port = std::ranges::count(address, ':') == 1;
  return has_port ? address.substr(0, address.find(':')) : address;
}

// The likely owner of a refused certificate: the node with that address, else the only node that has
// no certificate yet.
std::string likely_name(const config::Config& config, const std::string& address) {
  const auto by_address = std::ranges::find(config.nodes, host_of(address), &config::NodeConfig::address);
  if (by_address != config.nodes.end()) return by_address->name;
  const auto has_none = [](const config::NodeConfig& node) { return node.fingerprints.empty(); };
  const auto waiting = std::ranges::find_if(config.nodes, has_none);
  return std::ranges::count_if(config.nodes, has_none) == 1 ? waiting->name : "NAME";
}

ordered_json refused_with_fix(const ordered_json& answer, const Outcome<config::Config>& config) {
  ordered_json refused = ordered_json::array();
  for (ordered_json entry : objects_at(answer, "refused")) {
    const std::string name = config ? likely_name(*config, text_at(entry, "address")) : "NAME";
    entry["fix"] = fmt::format("mon node edit {} fingerprint={}", name, text_at(entry, "fingerprint"));
    refused.push_back(std::move(entry));
  }
  return refused;
}

std::string module_line(const ordered_json& document) {
  const ordered_json& module = document.at("module");
  return module.is_null() ? "" : fmt::format("module       {}\n", text_at(module, "fingerprint"));
}

std::string trusted_lines(const ordered_json& document) {
  std::vector<Row> rows;
  for (const ordered_json& entry : objects_at(document, "trusted")) {
    const auto linked = entry.find("linked");
    const bool is_known = linked != entry.end() && linked->is_boolean();
    const std::string link = !is_known ? "-" : linked->get<bool>() ? "yes" : "no";
    rows.push_back({{{plain(text_at(entry, "name", "-"))}, {plain(text_at(entry, "fingerprint", "-"))}, {link}}, ""});
  }
  if (rows.empty()) return "\nNo node is trusted yet.\n";
  return "\n" + draw_table({{"TRUSTED"}, {"FINGERPRINT"}, {"LINKED"}}, rows, 0, false);
}

std::string refused_lines(const ordered_json& document) {
  std::string lines;
  for (const ordered_json& entry : objects_at(document, "refused")) {
    lines += fmt::format("! refused: {} from {}, {} times; to trust it: {}\n", plain(text_at(entry, "fingerprint", "-")),
                         plain(text_at(entry, "address", "-")), number_at(entry, "count", 1), plain(text_at(entry, "fix")));
  }
  return lines.empty() ? "" : "\n" + lines;
}

Outcome<int> run_cert_show(const Call& call, Console& console) {
  const auto own = own_certificate(call.config_path);
  if (!own) return own.error();
  const auto config = load_config(call);
  if (!config) console.report(config.failure());
  const Answer answer = ask_daemon(call, {{"command", "certs"}});
  if (!answer && !answer.not_running()) console.report(answer.failure());

  ordered_json document{{"name", config ? ordered_json(config->node_name) : ordered_json()},
                        {"fingerprint", own->fingerprint},
                        {"file", certificate_path(call.config_path)},
                        {"node_id", own->node_id.hex()}};
  document["module"] = nullptr;
  if (const auto module = module_certificate(call.config_path)) {
    document["module"] = {{"fingerprint", module->fingerprint}, {"file", module_certificate_path(call.config_path)}};
  }
  if (answer)
    document["trusted"] = (*answer).value("trusted", ordered_json::array());
  else
    document["trusted"] = config ? trusted_by_file(*config) : ordered_json::array();
  document["refused"] = answer ? refused_with_fix(*answer, config) : ordered_json::array();

  if (call.json())
    console.print(document);
  else {
    console.out << fmt::format("node id      {}\nfingerprint  {}\nfile         {}\n", text_at(document, "node_id"), own->fingerprint,
                               certificate_path(call.config_path))
                << module_line(document) << trusted_lines(document) << refused_lines(document);
  }
  return config && (answer || answer.not_running()) ? kAllWell : kFailed;
}

}  // namespace

namespace commands {

extern const Command kCertShow{
    .name = "cert show",
    .section = Section::certificates,
    .summary = "show this node's fingerprint, and which nodes it trusts and has refused",
    .examples = {"mon cert show"},
    .options = {options::kJson},
    .run = run_cert_show,
};

}  // namespace commands

}  // namespace merlin::mon
