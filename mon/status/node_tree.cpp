// mon node tree: masters, peers and pollers of this node, from merlin.conf.
#include "mon/status/node_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"

namespace merlin::mon {
namespace {

using config::NodeConfig;
using config::NodeType;
using nlohmann::ordered_json;

struct Lines {
  std::string_view branch, last, pass, none;
};
constexpr Lines kUtf8Lines{"├─ ", "└─ ", "│  ", "   "};
constexpr Lines kAsciiLines{"|- ", "`- ", "|  ", "   "};

struct Twig {
  std::string text;
  std::vector<Twig> twigs;
};

std::string label(const NodeConfig& node) {
  return node.address == node.name ? node.name : fmt::format("{} ({})", node.name, node.address);
}

std::vector<const NodeConfig*> of_type(const config::Config& config, NodeType type) {
  std::vector<const NodeConfig*> found;
  for (const NodeConfig& node : config.nodes) {
    if (node.type == type) found.push_back(&node);
  }
  return found;
}

struct Group {
  std::vector<std::string> hostgroups;
  std::vector<const NodeConfig*> pollers;
};

// Pollers with the same hostgroups are one group, whatever the order of the hostgroups.
std::vector<Group> poller_groups(const config::Config& config) {
  std::vector<Group> groups;
  for (const NodeConfig* poller : of_type(config, NodeType::poller)) {
    auto hostgroups = poller->hostgroups;
    std::ranges::sort(hostgroups);
    const auto known = std::ranges::find(groups, hostgroups, &Group::hostgroups);
    Group& group = known != groups.end() ? *known : groups.emplace_back(Group{hostgroups, {}});
    group.pollers.push_back(poller);
  }
  return groups;
}

void draw(const std::vector<Twig>& twigs, const std::string& indent, const Lines& lines, std::string& text) {
  for (const Twig& twig : twigs) {
    const bool is_last = &twig == &twigs.back();
    text += fmt::format("{}{}{}\n", indent, is_last ? lines.last : lines.branch, twig.text);
    draw(twig.twigs, indent + std::string(is_last ? lines.none : lines.pass), lines, text);
  }
}

Twig named(std::string text, const std::vector<const NodeConfig*>& nodes) {
  Twig twig{std::move(text), {}};
  for (const NodeConfig* node : nodes) twig.twigs.push_back({label(*node), {}});
  return twig;
}

ordered_json names(const std::vector<const NodeConfig*>& nodes) {
  ordered_json list = ordered_json::array();
  for (const NodeConfig* node : nodes) list.push_back(node->name);
  return list;
}

ordered_json document_of(const config::Config& config) {
  ordered_json groups = ordered_json::array();
  for (const Group& group : poller_groups(config)) groups.push_back({{"hostgroups", group.hostgroups}, {"pollers", names(group.pollers)}});
  return {{"self", config.node_name},
          {"masters", names(of_type(config, NodeType::master))},
          {"peers", names(of_type(config, NodeType::peer))},
          {"poller_groups", groups}};
}

}  // namespace

std::string draw_tree(const config::Config& config, bool utf8) {
  const auto masters = of_type(config, NodeType::master);
  std::vector<Twig> ours;
  if (!masters.empty()) ours.push_back(named(masters.size() == 1 ? "master" : "masters", masters));
  Twig peers = named("peers", of_type(config, NodeType::peer));
  peers.twigs.insert(peers.twigs.begin(), Twig{config.node_name + " (this node)", {}});
  ours.push_back(std::move(peers));
  for (const Group& group : poller_groups(config)) {
    const std::string_view word = group.hostgroups.size() == 1 ? "hostgroup" : "hostgroups";
    ours.push_back(named(fmt::format("pollers of {} {}", word, fmt::join(group.hostgroups, ", ")), group.pollers));
  }
  std::string text = fmt::format("cluster {}\n", config.cluster);
  draw(ours, "", utf8 ? kUtf8Lines : kAsciiLines, text);
  return text;
}

namespace {

Outcome<int> run_node_tree(const Call& call, Console& console) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  if (call.json())
    console.print(document_of(*config));
  else
    console.out << draw_tree(*config, console.utf8);
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kNodeTree{
    .name = "node tree",
    .section = Section::nodes,
    .summary = "draw masters, peers, and poller groups with their hostgroups",
    .examples = {"mon node tree"},
    .options = {options::kJson},
    .run = run_node_tree,
};

}  // namespace commands

}  // namespace merlin::mon
