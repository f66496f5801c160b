// One node among others that are played by hand.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/inventory.hpp"
#include "cluster/node.hpp"
#include "unit/cluster_support.hpp"

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

inline wire::Beat beat_of(const NodeId& node, std::uint64_t number) {
  wire::Beat beat;
  beat.node_id = node;
  beat.instance = 5;
  beat.number = number;
  beat.interval_ms = 1000;
  beat.core = wire::CoreHealth::well;
  beat.core_timeout_ms = 5000;
  beat.heard.push_back(heard(kSelf, kInstance, 0));
  return beat;
}

struct Fixture {
  explicit Fixture(const std::vector<NodeId>& peers = {kPeer, kThird}) : node(settings(peers), {}, kInstance, 9, now_at(0)) {
    node.start(now_at(0));
    for (const NodeId& peer : peers) node.link_up(peer, now_at(0));
  }

  // The peer beats and says which nodes its file names; `hears_third`: it passes a fresh beat of that one on.
  void peer_says(const std::vector<NodeId>& names, bool hears_third, int now) {
    wire::NodeInfo info;
    info.node_id = kPeer;
    info.instance = 5;
    info.knows_nodes = names;
    node.receive(kPeer, info, now_at(now));
    wire::Beat beat = beat_of(kPeer, ++number);
    if (hears_third) {
      wire::Heard third = heard(kThird, 5, 1);
      third.number = number;
      third.beat.push_back(beat_of(kThird, number));
      beat.heard.push_back(third);
    }
    node.receive(kPeer, beat, now_at(now));
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

// With a core that has had its first epoch, and a peer that counts.
struct WithCore : Fixture {
  WithCore() : Fixture({kPeer}) {
    node.core_connected({}, now_at(10));
    for (wire::Inventory part : Inventory({{"web", {}}}, 1).parts(kSelf)) node.receive_core(std::move(part), now_at(20));
    node.receive_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 0}, now_at(30));
    for (now = 100; now < 20'000; now += 50) beat();
  }
  Actions beat() {
    if (now % 500 == 0) node.receive(kPeer, beat_of(kPeer, ++number), now_at(now));
    return node.tick(now_at(now));
  }
  int now = 0;
};

}  // namespace merlin::cluster
