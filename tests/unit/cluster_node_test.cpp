// The whole node, spoken to by hand: how often it beats, and which other nodes it counts.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <variant>

#include "cluster/node.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr std::uint64_t kInstance = 77;

NodeId id(std::uint8_t number) {
  NodeId node;
  node.bytes[0] = number;
  return node;
}

const NodeId kSelf = id(1);
const NodeId kPeer = id(2);
const NodeId kThird = id(3);

Now at(int milliseconds) { return {SteadyTime{Millis{1'000'000 + milliseconds}}, WallTime{Millis{1'700'000'000'000 + milliseconds}}}; }

Settings settings(const std::vector<NodeId>& peers) {
  Settings settings;
  settings.self = kSelf;
  settings.name = "self";
  settings.cluster = "test";
  for (const NodeId& peer : peers) settings.peers.push_back({peer, "peer" + std::to_string(peer.bytes[0]), std::nullopt});
  return settings;
}

wire::Heard heard(const NodeId& node, std::uint64_t instance, std::uint32_t age) {
  wire::Heard heard;
  heard.node_id = node;
  heard.instance = instance;
  heard.number = 1;
  heard.age_ms = age;
  heard.direct = true;
  return heard;
}

wire::Beat beat_of(const NodeId& node, std::uint64_t number) {
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

std::size_t beats_to(const NodeId& node, const Actions& actions) {
  return static_cast<std::size_t>(std::count_if(actions.begin(), actions.end(), [&](const Action& action) {
    const auto* sent = std::get_if<SendToPeer>(&action);
    return sent != nullptr && sent->to == node && std::holds_alternative<wire::Beat>(sent->message);
  }));
}

struct Fixture {
  explicit Fixture(const std::vector<NodeId>& peers = {kPeer, kThird}) : node(settings(peers), {}, kInstance, 9, at(0)) {
    node.start(at(0));
    for (const NodeId& peer : peers) node.link_up(peer, at(0));
  }

  Node node;
};

}  // namespace

// Two nodes that each say that a third one's beats are late would answer each other at once, without end.
BOOST_AUTO_TEST_CASE(beats_that_another_misses_are_sent_on_early_but_not_at_every_word_of_it) {
  Fixture fixture;
  std::size_t sent = 0;
  std::uint64_t number = 0;
  for (int now = 10; now < 3'000; now += 10) {
    if (now % 50 == 0) sent += beats_to(kPeer, fixture.node.tick(at(now)));
    if (now % 500 == 0) sent += beats_to(kPeer, fixture.node.receive(kThird, beat_of(kThird, ++number), at(now)));
    wire::Beat late = beat_of(kPeer, ++number);
    late.heard.push_back(heard(kThird, 5, 1'500));
    sent += beats_to(kPeer, fixture.node.receive(kPeer, late, at(now)));
  }
  BOOST_TEST(sent > 6U);
  BOOST_TEST(sent < 20U);
}
