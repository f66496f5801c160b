// Everything that `status`, `certs` and the list of problems are made of, at one moment. Plain values; whoever fills
// it owns what it refers to for as long as it lives.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cluster/node.hpp"
#include "config/config.hpp"
#include "peer_links.hpp"
#include "refusals.hpp"
#include "store_status.hpp"

namespace merlin::daemon {

struct Status {
  explicit Status(const config::Config& in_effect) : config(in_effect) {}

  const config::Config& config;
  std::vector<config::NodeConfig> idle_nodes;  // blocks that nothing acts on yet
  cluster::ClusterView view;
  WallTime now{};
  NodeId self;
  std::string fingerprint;                 // of our certificate
  std::map<std::string, PeerFacts> facts;  // by block
  std::map<std::string, NodeId> ids;       // by block; empty where it was never seen
  std::vector<RefusedPeer> refused;
  std::map<std::string, std::uint64_t> refused_counts;
  std::size_t unauthenticated = 0;
  std::vector<Error> warnings;       // of merlin.conf as it is in effect
  std::vector<Error> config_errors;  // of merlin.conf as it stands on disk; empty: nothing is wrong with it
  std::vector<Error> troubles;       // of this daemon itself: a disk, a log, a socket
  StoreStatus store;
  std::string version;
  int pid = 0;
  Millis uptime{0};
};

// One node as people see it: a block of merlin.conf, this node, or one that only others name.
struct StatusNode {
  std::string name;
  const config::NodeConfig* block = nullptr;  // null: this node, or not in our merlin.conf
  const cluster::NodeView* view = nullptr;    // null: its certificate was never seen
  PeerFacts facts;
  NodeId id;
  std::string state;  // active, inactive, unreachable, refused, never seen
  std::string why;
  const RefusedPeer* refusal = nullptr;

  bool is_self() const { return view != nullptr && view->self; }
};

// This node first, then the blocks in the order of merlin.conf, then the others. Refers to `status`.
std::vector<StatusNode> status_nodes(const Status& status);

// Where that node's object configuration stands against ours: same, older, newer, differs; empty: not known.
std::string config_relation(const Status& status, const StatusNode& node);

}  // namespace merlin::daemon
