#include "mon/sync/node.hpp"

#include <fmt/format.h>

#include "mon/sync/exchange.hpp"

namespace merlin::mon {
namespace {

Result<std::vector<sync::Tree>> trees_of(const config::NodeConfig& node) {
  std::vector<sync::Tree> trees;
  for (const config::SyncEntry& entry : node.sync.entries) {
    auto tree = sync::read_tree(entry, node.sync.delete_extra);
    if (!tree) return tree.error();
    trees.push_back(std::move(*tree));
  }
  return trees;
}

SyncReport report_of(const std::vector<sync::Tree>& trees, const std::vector<sync::Change>& changes) {
  SyncReport report;
  const auto add = [](std::vector<std::string>& list, const std::string& dest, const auto& paths) {
    for (const std::string& path : paths) list.push_back(path.empty() ? dest : dest + "/" + path);
  };
  for (std::size_t i = 0; i < trees.size(); ++i) {
    add(report.written, trees[i].dest, changes[i].content);
    add(report.attributes, trees[i].dest, changes[i].attributes);
    add(report.removed, trees[i].dest, changes[i].surplus);
  }
  return report;
}

// The contents of one delivery, unless a single file is larger: both ends keep them in memory.
constexpr std::uint64_t kMostAtOnce = 16u << 20;  // bytes

Result<sync::Delivery> delivery_of(const std::vector<sync::Tree>& trees, std::vector<sync::Change> changes, const std::string& restart) {
  sync::Delivery delivery{trees, std::move(changes), {}, restart};
  delivery.contents.resize(delivery.trees.size());
  for (std::size_t i = 0; i < delivery.trees.size(); ++i) {
    for (const sync::Item& item : delivery.trees[i].items) {
      if (item.kind != sync::Kind::file || !delivery.changes[i].content.contains(item.path)) continue;
      auto content = sync::read_item(delivery.trees[i], item);
      if (!content) return content.error();
      delivery.contents[i].emplace(item.path, std::move(*content));
    }
  }
  return delivery;
}

}  // namespace

Result<SyncReport> sync_node(Visitor& visitor, const ssh::Session& session, const config::NodeConfig& node, SyncMode mode) {
  auto trees = trees_of(node);
  if (!trees) return trees.error();
  const auto said = visitor.run(session, node.name, {"mon", "sync", "compare"}, sync::pack_trees(*trees));
  if (!said) return said.error();
  auto changes = sync::unpack_changes(said->out, trees->size());
  if (!changes) return Error{changes.error().what, node.name, changes.error().fix};
  SyncReport report = report_of(*trees, *changes);
  if (report.empty() || mode == SyncMode::look) return report;
  auto parts = sync::parts_of(*trees, *changes, kMostAtOnce);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size();
    const auto delivery = delivery_of(*trees, std::move(parts[i]), is_last ? node.sync.restart.value_or("") : "");
    if (!delivery) return delivery.error();
    const auto done = visitor.run(session, node.name, {"mon", "sync", "put"}, sync::pack(*delivery));
    if (!done) return done.error();
  }
  return report;
}

std::string summary_of(const SyncReport& report) {
  if (report.empty()) return "already the same";
  std::string text = fmt::format("{} written", report.written.size());
  if (!report.attributes.empty()) text += fmt::format(", {} with another owner, mode or time", report.attributes.size());
  if (!report.removed.empty()) text += fmt::format(", {} removed", report.removed.size());
  return text;
}

}  // namespace merlin::mon
