// One node among others that the test simulates.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/cluster/node/node.hpp"
#include "shared/cluster/ownership/inventory.hpp"
#include "tests/unit/cluster_support.hpp"

namespace merlin::cluster {

inline constexpr std::uint64_t kInstance = 77;

inline const NodeId kSelf = id(1);
inline const NodeId kPeer = id(2);
inline const NodeId kThird = id(3);

inline Settings settings(const std::vector<NodeId>& peers) {
  Settings settings;
  settings.self = kSelf;
  settings.name = "self";
  settings.cluster = "test";
  for (const NodeId& peer : peers) settings.peers.push_back({peer, "peer" + std::to_string(peer.bytes[0]), std::nullopt});
  return settings;
}

inline wire::Heard heard(const NodeId& node, std::uint64_t instance, std::uint32_t age) {
  wire::Heard heard;
  heard.node_id = node;
  heard.instance = instance;
  heard.number = 1;
  heard.age_ms = age;
  heard.direct = true;
  return heard;
}

inline wire::Heartbeat heartbeat_of(const NodeId& node, std::uint64_t number) {
  wire::Heartbeat heartbeat;
  heartbeat.node_id = node;
  heartbeat.instance = 5;
  heartbeat.number = number;
  heartbeat.interval_ms = 1000;
  heartbeat.core = wire::CoreHealth::well;
  heartbeat.core_timeout_ms = 5000;
  heartbeat.heard.push_back(heard(kSelf, kInstance, 0));
  return heartbeat;
}

struct Fixture {
  explicit Fixture(const std::vector<NodeId>& peers = {kPeer, kThird}) : node(settings(peers), {}, kInstance, 9, now_at(0)) {
    node.start(now_at(0));
    for (const NodeId& peer : peers) node.link_up(peer, now_at(0));
  }

  // The peer sends a heartbeat and the nodes that its file names; `hears_third`: it relays a fresh heartbeat of that node.
  void peer_says(const std::vector<NodeId>& names, bool hears_third, int now) {
    wire::NodeInfo info;
    info.node_id = kPeer;
    info.instance = 5;
    info.knows_nodes = names;
    node.receive(kPeer, info, now_at(now));
    wire::Heartbeat heartbeat = heartbeat_of(kPeer, ++number);
    if (hears_third) {
      wire::Heard third = heard(kThird, 5, 1);
      third.number = number;
      third.heartbeat.push_back(heartbeat_of(kThird, number));
      heartbeat.heard.push_back(third);
    }
    node.receive(kPeer, heartbeat, now_at(now));
    node.tick(now_at(now));
  }
  std::optional<NodeView> sees(const NodeId& id, int now) const {
    const ClusterView view = node.view(now_at(now));
    const auto found = std::find_if(view.nodes.begin(), view.nodes.end(), [&](const NodeView& one) { return one.id == id; });
    return found == view.nodes.end() ? std::nullopt : std::optional(*found);
  }

  Node node;
  std::uint64_t number = 0;
};

// With a core that has received its first epoch, and an active peer.
struct WithCore : Fixture {
  WithCore() : Fixture({kPeer}) {
    node.core_connected({}, now_at(10));
    for (wire::Inventory part : Inventory({{"web", {}}}, 1).parts(kSelf)) node.receive_core(std::move(part), now_at(20));
    node.receive_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 0}, now_at(30));
    for (now = 100; now < 20'000; now += 50) heartbeat();
  }
  Actions heartbeat() {
    if (now % 500 == 0) node.receive(kPeer, heartbeat_of(kPeer, ++number), now_at(now));
    return node.tick(now_at(now));
  }
  int now = 0;
};

}  // namespace merlin::cluster
