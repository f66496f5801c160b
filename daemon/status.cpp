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

// The whole text of a refusal stands with the problem.
std::string why_refused(const RefusedPeer& refusal) {
  if (refusal.reason == "untrusted") return "its certificate is not in our merlin.conf";
  if (refusal.reason == "refused_us") return "it does not trust our certificate";
  return refusal.text;
}

void judge_why(StatusNode& node) {
  const auto phase = node.view == nullptr ? wire::NodePhase::ready : node.view->phase;
  if (node.state == "refused") {
    node.why = why_refused(*node.refusal);
  } else if (node.state == "active" && phase == wire::NodePhase::drained) {
    node.why = "its checks are handed over until it is told otherwise (mon node undrain " + node.name + ")";
  } else if (node.state == "active" && phase == wire::NodePhase::joining) {
    node.why = "it takes up what the others know, before it runs anything";
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

// A node's line of configurations, cut down to where these two stand in it.
std::size_t length_of(const cluster::NodeView& node, std::uint64_t one, std::uint64_t other) {
  const auto is_either = [&](std::uint64_t digest) { return digest == one || digest == other; };
  return 1 + static_cast<std::size_t>(std::ranges::count_if(node.config_history, is_either));
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

// Older is what our core had before, newer is whose core had before what ours has (R10). One that came back stands in both
// lines: then the longer of the two goes on from the other.
std::string config_relation(const Status& status, const StatusNode& node) {
  if (status.view.nodes.empty() || node.view == nullptr) return "";
  const cluster::NodeView& ours = status.view.nodes.front();
  const cluster::NodeView& theirs = *node.view;
  if (ours.config_digest == 0 || theirs.config_digest == 0) return "";
  if (ours.config_digest == theirs.config_digest) return "same";
  const bool is_theirs_known = std::ranges::find(ours.config_history, theirs.config_digest) != ours.config_history.end();
  const bool is_ours_known = std::ranges::find(theirs.config_history, ours.config_digest) != theirs.config_history.end();
  if (is_theirs_known != is_ours_known) return is_theirs_known ? "older" : "newer";
  const std::size_t our_length = length_of(ours, ours.config_digest, theirs.config_digest);
  const std::size_t their_length = length_of(theirs, ours.config_digest, theirs.config_digest);
  if (our_length == their_length) return "differs";
  return their_length < our_length ? "older" : "newer";
}

}  // namespace merlin::daemon
