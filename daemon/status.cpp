#include "status.hpp"

#include <algorithm>

namespace merlin::daemon {
namespace {

const cluster::NodeView* view_of(const Status& status, const NodeId& id) {
  const auto& nodes = status.view.nodes;
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const cluster::NodeView& node) { return node.id == id; });
  return id.empty() || found == nodes.end() ? nullptr : &*found;
}

// The last refusal counts: it is what keeps the link away now.
const RefusedPeer* refusal_of(const Status& status, const std::string& block) {
  const auto found =
      std::find_if(status.refused.rbegin(), status.refused.rend(), [&](const RefusedPeer& peer) { return peer.block == block; });
  return found == status.refused.rend() ? nullptr : &*found;
}

void judge_state(StatusNode& node) {
  const bool linked = node.facts.linked || node.is_self();
  if (node.view != nullptr && node.view->active) {
    node.state = "active";
  } else if (!linked && node.refusal != nullptr) {
    node.state = "refused";
  } else if (node.view != nullptr && node.view->via) {
    node.state = "unreachable";
  } else if (node.is_self() || linked || (node.view != nullptr && node.view->since_heard)) {
    node.state = "inactive";
  } else {
    node.state = "never seen";
  }
}

void judge_why(StatusNode& node) {
  if (node.state == "refused") {
    node.why = node.refusal->text;
  } else if (node.state != "active" && !node.facts.linked && !node.facts.trouble.empty()) {
    node.why = node.facts.trouble;
  } else if (node.view != nullptr) {
    node.why = node.view->why;
  } else if (node.block != nullptr) {
    node.why = node.block->fingerprints.empty() ? "its certificate is not in our merlin.conf" : "it was never seen";
  }
}

StatusNode of_block(const Status& status, const config::NodeConfig& block) {
  StatusNode node;
  node.name = block.name;
  node.block = &block;
  if (const auto id = status.ids.find(block.name); id != status.ids.end()) node.id = id->second;
  node.view = view_of(status, node.id);
  if (const auto facts = status.facts.find(block.name); facts != status.facts.end()) node.facts = facts->second;
  if (!node.facts.linked) node.refusal = refusal_of(status, block.name);
  return node;
}

bool is_block_of(const Status& status, const NodeId& id) {
  return std::any_of(status.ids.begin(), status.ids.end(), [&](const auto& entry) { return entry.second == id; });
}

}  // namespace

std::vector<StatusNode> status_nodes(const Status& status) {
  std::vector<StatusNode> nodes;
  for (const cluster::NodeView& view : status.view.nodes) {
    if (!view.self) continue;
    nodes.emplace_back();
    nodes.back().name = status.config.node_name;
    nodes.back().view = &view;
    nodes.back().id = view.id;
  }
  for (const config::NodeConfig& block : status.config.nodes) nodes.push_back(of_block(status, block));
  for (const cluster::NodeView& view : status.view.nodes) {
    if (view.self || is_block_of(status, view.id)) continue;
    nodes.emplace_back();
    nodes.back().name = view.name.empty() ? view.id.short_hex() : view.name;
    nodes.back().view = &view;
    nodes.back().id = view.id;
  }
  for (StatusNode& node : nodes) {
    judge_state(node);
    judge_why(node);
  }
  return nodes;
}

// Older is what our core had before ours. What it never had is newer if their core took it up later than ours took up ours;
// that is for people: a push looks at the versions themselves.
std::string config_relation(const Status& status, const StatusNode& node) {
  if (status.view.nodes.empty() || node.view == nullptr) return "";
  const cluster::NodeView& ours = status.view.nodes.front();
  const cluster::NodeView& theirs = *node.view;
  if (ours.config_digest == 0 || theirs.config_digest == 0) return "";
  if (ours.config_digest == theirs.config_digest) return "same";
  if (std::ranges::find(status.config_history, theirs.config_digest) != status.config_history.end()) return "older";
  const bool is_later = ours.config_changed != WallTime{} && theirs.config_changed > ours.config_changed;
  return is_later ? "newer" : "differs";
}

}  // namespace merlin::daemon
