#include "daemon/control/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/control/drain.hpp"

namespace merlin::daemon {
namespace {

const cluster::NodeView* view_of(const Status& status, const NodeId& id) {
  const auto& nodes = status.view.nodes;
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const cluster::NodeView& node) { return node.id == id; });
  return id.empty() || found == nodes.end() ? nullptr : &*found;
}

// The last refusal counts: it is what prevents the link now.
const RefusedPeer* refusal_of(const Status& status, const std::string& block) {
  const auto found =
      std::find_if(status.refused.rbegin(), status.refused.rend(), [&](const RefusedPeer& peer) { return peer.block == block; });
  return found == status.refused.rend() ? nullptr : &*found;
}

void judge_state(StatusNode& node) {
  const bool linked = node.facts.linked || node.is_self();
  if (node.view != nullptr && node.view->active) {
    node.state = NodeState::active;
  } else if (!linked && node.refusal != nullptr) {
    node.state = NodeState::refused;
  } else if (node.view != nullptr && node.view->via) {
    node.state = NodeState::unreachable;
  } else if (node.is_self() || linked || (node.view != nullptr && node.view->since_heard)) {
    node.state = NodeState::inactive;
  } else {
    node.state = NodeState::never_seen;
  }
}

std::string why_relayed(const Status& status, const StatusNode& node) {
  const std::string trouble = node.facts.trouble.empty() ? "" : ": " + node.facts.trouble;
  return fmt::format("its messages come through {}, its own link is down{}", relay_of(status, *node.view), trouble);
}

// The problem contains the complete text of a refusal.
std::string why_refused(const RefusedPeer& refusal) {
  if (refusal.reason == RefusalReason::untrusted) return "its certificate is not in our merlin.conf";
  if (refusal.reason == RefusalReason::refused_us) return "it does not trust our certificate";
  return refusal.text;
}

void judge_why(const Status& status, StatusNode& node) {
  const auto phase = node.view == nullptr ? wire::NodePhase::ready : node.view->phase;
  if (node.state == NodeState::refused) {
    node.why = why_refused(*node.refusal);
  } else if (node.state == NodeState::active && phase == wire::NodePhase::drained) {
    node.why = drain_text(node.view->drain, node.name, status.now);
  } else if (node.state == NodeState::active && phase == wire::NodePhase::joining) {
    node.why = node.view->delay ? delay_text(*node.view) : "it compares its state with the other nodes before it runs checks";
  } else if (node.is_relayed()) {
    node.why = why_relayed(status, node);
  } else if (node.state != NodeState::active && !node.facts.linked && !node.facts.trouble.empty()) {
    node.why = node.facts.trouble;
  } else if (node.view != nullptr) {
    node.why = node.view->why;
  } else if (node.block != nullptr) {
    node.why = node.block->fingerprints.empty() ? "its certificate is not in our merlin.conf" : "it has never been active";
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

// The length of a node's sequence of configurations, reduced to these two.
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
    judge_why(status, node);
  }
  return nodes;
}

bool StatusNode::is_heard() const {
  if (is_self()) return true;
  return view != nullptr && (view->hearing == cluster::Hearing::direct || view->hearing == cluster::Hearing::relayed);
}

bool StatusNode::is_linked() const {
  const bool is_new = view == nullptr || !view->since_heard;  // a link on which nothing has come yet
  return facts.linked && (is_new || view->hearing == cluster::Hearing::direct);
}

std::string relay_of(const Status& status, const cluster::NodeView& view) { return view.via ? name_of(status, *view.via) : "another node"; }

std::string delay_text(const cluster::NodeView& view) {
  if (!view.delay) return "";
  const auto left = std::chrono::ceil<std::chrono::seconds>(view.delay->left).count();
  const int losses = view.delay->losses.value_or(0);
  const std::string often = losses == 0   ? "since it was lost lately"
                            : losses == 1 ? "since it was lost within the last 10 minutes"
                                          : fmt::format("since it was lost {} times within 10 minutes", losses);
  return fmt::format("{} delays its return for another {} s, {}", view.delay->by, left, often);
}

std::string_view word_of(NodeState state) {
  constexpr std::array<std::string_view, 5> words{"active", "inactive", "unreachable", "refused", "never seen"};
  return words.at(static_cast<std::size_t>(state));
}

std::string_view word_of(ConfigRelation relation) {
  constexpr std::array<std::string_view, 5> words{"", "same", "older", "newer", "differs"};
  return words.at(static_cast<std::size_t>(relation));
}

std::string name_of(const Status& status, const NodeId& id) {
  for (const auto& [block, node] : status.ids) {
    if (node == id) return block;
  }
  const cluster::NodeView* view = view_of(status, id);
  return view == nullptr || view->name.empty() ? id.short_hex() : view->name;
}

// *Older*: our core had their configuration before. *Newer*: their core had ours before (R10). If a configuration was restored, both
// apply; then the longer history is the newer one. This compares what cores run. Files that no core runs yet are known to mon only,
// which calls them ahead or behind (mon/oconf/version.hpp).
ConfigRelation config_relation(const Status& status, const StatusNode& node) {
  if (status.view.nodes.empty() || node.view == nullptr) return ConfigRelation::unknown;
  const cluster::NodeView& ours = status.view.nodes.front();
  const cluster::NodeView& theirs = *node.view;
  if (ours.config_digest == 0 || theirs.config_digest == 0) return ConfigRelation::unknown;
  if (ours.config_digest == theirs.config_digest) return ConfigRelation::same;
  const bool is_theirs_known = std::ranges::find(ours.config_history, theirs.config_digest) != ours.config_history.end();
  const bool is_ours_known = std::ranges::find(theirs.config_history, ours.config_digest) != theirs.config_history.end();
  if (is_theirs_known != is_ours_known) return is_theirs_known ? ConfigRelation::older : ConfigRelation::newer;
  const std::size_t our_length = length_of(ours, ours.config_digest, theirs.config_digest);
  const std::size_t their_length = length_of(theirs, ours.config_digest, theirs.config_digest);
  if (our_length == their_length) return ConfigRelation::differs;
  return their_length < our_length ? ConfigRelation::older : ConfigRelation::newer;
}

}  // namespace merlin::daemon
