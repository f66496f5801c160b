// mon sync push and status
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/sync/node.hpp"

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

// The chosen nodes that have something to sync.
std::vector<Target> targets_of(const std::vector<config::NodeConfig>& nodes) {
  std::vector<Target> targets;
  for (const config::NodeConfig& node : nodes) {
    if (!node.sync.entries.empty()) targets.push_back({.node = &node});
  }
  return targets;
}

Outcome<int> sync_all(const Call& call, Console& console, SyncMode mode) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto chosen = choose_nodes(call, *config);
  if (!chosen) return chosen.failure();
  const auto rules = login_rules(call);
  if (!rules) return rules.error();
  auto targets = targets_of(*chosen);
  if (targets.empty())
    return Error{"none of these nodes has a sync { } block", std::string(call.command->name), "docs/configuration.md shows one"};
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
  if (interrupt.raised()) return ssh::kInterruptedStatus;
  return std::ranges::all_of(targets, [](const Target& target) { return target.outcome.ok(); }) ? kAllWell : kFailed;
}

Outcome<int> run_sync_push(const Call& call, Console& console) {
  return sync_all(call, console, call.has("--dry-run") ? SyncMode::look : SyncMode::push);
}

Outcome<int> run_sync_status(const Call& call, Console& console) { return sync_all(call, console, SyncMode::look); }

}  // namespace

namespace commands {

extern const Command kSyncPush = options::for_nodes({
    .name = "sync push",
    .section = Section::files,
    .summary = "copy the files and folders of the sync { } blocks to other nodes",
    .details = "Owner, mode and time are kept, each file is replaced in one step, and equal files are not sent. If there is a device,\n"
               "a link that leads out of its folder, or a folder with the path of a file, nothing of that node's block is sent.\n"
               "With delete = yes, files that are not here are removed there. restart = COMMAND runs there after a change.",
    .examples = {"mon sync push", "mon sync push peer02 --dry-run"},
    .options = {options::kDryRun},
    .run = run_sync_push,
});

extern const Command kSyncStatus = options::for_nodes({
    .name = "sync status",
    .section = Section::files,
    .summary = "list the files of the sync { } blocks that differ on other nodes",
    .examples = {"mon sync status"},
    .run = run_sync_status,
});

}  // namespace commands

}  // namespace merlin::mon
