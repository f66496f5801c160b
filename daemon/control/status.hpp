// The data for `status`, `certs` and the list of problems at one moment. Plain values; the creator owns everything that it refers to, as
// long as it lives.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/links/peer_facts.hpp"
#include "daemon/links/refusals.hpp"
#include "daemon/links/rejected_data.hpp"
#include "daemon/store/store_status.hpp"
#include "shared/base/result.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/interface/views.hpp"
#include "shared/config/config.hpp"

namespace merlin::daemon {

struct Status {
  explicit Status(const config::Config& in_effect) : config(in_effect) {}

  const config::Config& config;
  std::vector<config::NodeConfig> idle_nodes;  // blocks that have no effect yet
  cluster::ClusterView view;
  WallTime now{};
  NodeId self;
  std::string fingerprint;                 // of our certificate
  std::optional<WallTime> valid_until;     // our certificate
  std::map<std::string, PeerFacts> facts;  // by block
  std::map<std::string, NodeId> ids;       // by block; empty if it was never seen
  std::vector<RefusedPeer> refused;
  std::map<RefusalReason, std::uint64_t> refused_counts;
  std::map<DataSource, RejectedFrom> rejected;
  std::size_t unauthenticated = 0;
  std::vector<Error> warnings;       // of merlin.conf in effect
  std::vector<Error> config_errors;  // of merlin.conf on disk; empty: it is valid
  std::vector<Error> troubles;       // of this daemon: a disk, a log, a socket
  StoreStatus store;
  std::string version;
  int pid = 0;
  Millis uptime{0};
};

enum class NodeState { active, inactive, unreachable, refused, never_seen };
std::string_view word_of(NodeState state);  // "never seen"

// How the object configuration that a node's core runs compares with ours.
enum class ConfigRelation { unknown, same, older, newer, differs };
std::string_view word_of(ConfigRelation relation);  // empty: unknown

// One node as people see it: a block of merlin.conf, this node, or one that only others name.
struct StatusNode {
  std::string name;
  const config::NodeConfig* block = nullptr;  // null: this node, or not in our merlin.conf
  const cluster::NodeView* view = nullptr;    // null: its certificate was never seen
  PeerFacts facts;
  NodeId id;
  NodeState state = NodeState::never_seen;
  std::string why;
  const RefusedPeer* refusal = nullptr;

  bool is_self() const { return view != nullptr && view->self; }
  // Its heartbeats arrive.
  bool is_heard() const;
  // What it reported holds now: it is heard, or it announced an absence during which its claims stay.
  bool is_current() const { return is_heard() || (view != nullptr && view->active); }
  // A link of its own works: an open link whose other end is silent does not.
  bool is_linked() const;
  // It counts, but only through another node.
  bool is_relayed() const { return state == NodeState::active && !is_self() && !is_linked() && view->hearing == cluster::Hearing::relayed; }
};

// This node first, then the blocks in the order of merlin.conf, then other nodes. Refers to `status`.
std::vector<StatusNode> status_nodes(const Status& status);

// Its name, or the beginning of its id.
std::string name_of(const Status& status, const NodeId& id);

// The name of the node that passes on the messages of this one.
std::string relay_of(const Status& status, const cluster::NodeView& view);

// What a person reads about a delayed return; empty: it is not delayed.
std::string delay_text(const cluster::NodeView& view);

ConfigRelation config_relation(const Status& status, const StatusNode& node);

}  // namespace merlin::daemon
