// mon sync push and status
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/commands.hpp"
#include "mon/fleet.hpp"
#include "mon/site.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/sync_node.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

struct Target {
  const config::NodeConfig* node = nullptr;
  Result<SyncReport> outcome = SyncReport{};
};

void show_paths(Console& console, const SyncReport& report) {
  for (const std::string& path : report.written) console.out << "  + " << plain(path) << '\n';
  for (const std::string& path : report.attributes) console.out << "  ~ " << plain(path) << '\n';
  for (const std::string& path : report.removed) console.out << "  - " << plain(path) << '\n';
}

void show(Console& console, const Target& target, SyncMode mode) {
  if (!target.outcome) return console.error(target.outcome.error());
  const SyncReport& report = *target.outcome;
  const bool is_plan = mode == SyncMode::look && !report.empty();
  console.out << fmt::format("{}: {}\n", target.node->name, is_plan ? "differs" : summary_of(report)) << std::flush;
  show_paths(console, report);
}

ordered_json document_of(const Target& target) {
  ordered_json document{{"name", target.node->name}, {"error", nullptr}};
  if (!target.outcome) {
    document["error"] = target.outcome.error().text();
    return document;
  }
  document.update({{"write", target.outcome->written}, {"attributes", target.outcome->attributes}, {"remove", target.outcome->removed}});
  return document;
}

// Of those that are meant, the ones with something to sync.
std::vector<Target> targets_of(const std::vector<config::NodeConfig>& nodes) {
  std::vector<Target> targets;
  for (const config::NodeConfig& node : nodes) {
    if (!node.sync.entries.empty()) targets.push_back({.node = &node});
  }
  return targets;
}

int sync_all(const Call& call, Console& console, SyncMode mode) {
  const auto config = load_config(call, console);
  if (!config) return failed;
  const Chosen chosen = choose_nodes(call, *config, console);
  if (chosen.nodes.empty()) return chosen.status;
  const auto rules = login_rules(call, console);
  if (!rules) return failed;
  auto targets = targets_of(chosen.nodes);
  if (targets.empty()) {
    console.error({"no node that is meant has a sync { } block", std::string(call.command->name), "docs/configuration.md shows one"});
    return failed;
  }
  const ssh::Interrupt interrupt;
  Visitor visitor(*rules, interrupt);
  const auto work = [&](std::size_t i) {
    const auto session = visitor.log_in(*targets[i].node);
    targets[i].outcome = session ? sync_node(visitor, *session, *targets[i].node, mode) : Result<SyncReport>(session.error());
  };
  ssh::side_by_side(targets.size(), work, [&](std::size_t i) {
    if (!call.json()) show(console, targets[i], mode);
  });
  ordered_json document = ordered_json::array();
  for (const Target& target : targets) document.push_back(document_of(target));
  if (call.json()) console.print({{"nodes", std::move(document)}});
  if (interrupt.raised()) return ssh::interrupted_status;
  return std::ranges::all_of(targets, [](const Target& target) { return target.outcome.ok(); }) ? all_well : failed;
}

}  // namespace

int run_sync_push(const Call& call, Console& console) {
  return sync_all(call, console, call.has("--dry-run") ? SyncMode::look : SyncMode::push);
}

int run_sync_status(const Call& call, Console& console) { return sync_all(call, console, SyncMode::look); }

}  // namespace merlin::mon
