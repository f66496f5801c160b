// mon cert push, fetch and introduce
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/nodes/editing.hpp"
#include "mon/trust/exchange.hpp"
#include "mon/trust/trust_file.hpp"

namespace merlin::mon {
namespace {

std::set<std::string> vouched_in(const nlohmann::ordered_json& document) {
  std::set<std::string> vouched;
  for (const auto& fingerprint : document.value("vouched", nlohmann::ordered_json::array())) {
    if (fingerprint.is_string()) vouched.insert(fingerprint.get<std::string>());
  }
  return vouched;
}

// A known node that introduces itself with another certificate was reinstalled, or another node uses its name: only a command
// that is run here, and fetches the certificate from the node itself, replaces the old one.
Result<> check_sender(const Call& call, const TrustSet& set, const std::string& sender) {
  const auto entry = set.entries().find(sender);
  const auto loaded = config::load_file(call.config_path);
  if (entry == set.entries().end() || !loaded.config) return Ok{};
  const config::NodeConfig* block = block_of(*loaded.config, entry->second);
  if (block == nullptr || block->fingerprints.empty() || std::ranges::find(block->fingerprints, sender) != block->fingerprints.end())
    return Ok{};
  return Error{fmt::format("{} has the new certificate SHA256:{}…, and {} still trusts the one it had before", block->name,
                           sender.substr(0, 16), loaded.config->node_name),
               fmt::format("{} {}", config::type_name(block->type), block->name),
               fmt::format("on {}: mon cert push {}", loaded.config->node_name, block->name)};
}

// What merlin.conf trusts now, for the node that introduces certificates: one that fits no block is not trusted.
nlohmann::ordered_json trusted_document(const Call& call, const std::vector<std::string>& changed) {
  nlohmann::ordered_json trusted = nlohmann::ordered_json::array();
  const auto config = config::load_file(call.config_path).config;
  for (const auto& node : config ? config->nodes : std::vector<config::NodeConfig>()) {
    for (const std::string& digits : node.fingerprints) trusted.push_back({{"name", node.name}, {"fingerprint", "SHA256:" + digits}});
  }
  return {{"changed", changed}, {"trusted", std::move(trusted)}};
}

Outcome<int> run_cert_push(const Call& call, Console& console) { return exchange(call, console, {.keys = false, .is_push = true}); }
Outcome<int> run_cert_fetch(const Call& call, Console& console) { return exchange(call, console, {.keys = false, .is_push = false}); }

Outcome<int> run_cert_introduce(const Call& call, Console& console) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto document = read_input_document();
  const auto theirs = document ? TrustSet::read(*document) : document.error();
  auto set = theirs ? change_trust(call.config_path, *config, [&](TrustSet& ours) { ours.merge(*theirs, vouched_in(*document)); }) : theirs;
  const auto changed = set ? write_trust(call.config_path, *config, *set) : set.error();
  if (!changed) return changed.error();
  if (!call.json())
    for (const std::string& name : *changed) console.out << fmt::format("certificates of {} changed\n", name);
  const auto reloaded = changed->empty() ? Outcome<int>(kAllWell) : reload_daemon(call, console);
  const auto known = check_sender(call, *set, text_at(*document, "sender"));
  if (known && reloaded && call.json()) console.print(trusted_document(call, *changed));
  if (known) return reloaded;
  Failure failure = reloaded ? Failure{} : reloaded.failure();
  failure.errors.push_back(known.error());
  return failure;
}

}  // namespace

namespace commands {

extern const Command kCertPush = options::for_nodes({
    .name = "cert push",
    .section = Section::certificates,
    .summary = "exchange certificates, and send the list of all that we trust",
    .details = "Like 'mon sshkey push', without ssh keys.",
    .examples = {"mon cert push --all"},
    .run = run_cert_push,
});

extern const Command kCertFetch = options::for_nodes({
    .name = "cert fetch",
    .section = Section::certificates,
    .summary = "fetch the certificates of other nodes and trust them here",
    .examples = {"mon cert fetch peer02"},
    .run = run_cert_fetch,
});

extern const Command kCertIntroduce{
    .name = "cert introduce",
    .section = Section::certificates,
    .summary = "read the list of certificates that another node trusts from standard input",
    .details =
        "'mon cert push' runs this on the other node. A certificate is written into the only block of merlin.conf with its\n"
        "node's name, now or when that block is added. A removed certificate is deleted from merlin.conf.",
    .examples = {"mon cert introduce"},
    .options = {options::kJson},
    .is_plumbing = true,
    .run = run_cert_introduce,
};

}  // namespace commands

}  // namespace merlin::mon
