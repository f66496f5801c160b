// Drains with a reason and an end: by order of this node or of another one, over restarts, until the end.
#include <boost/test/unit_test.hpp>
#include <variant>

#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

// The last that was to be saved.
std::optional<Durable> saved(const Actions& actions) {
  std::optional<Durable> last;
  for (const Action& action : actions) {
    if (const auto* persist = std::get_if<Persist>(&action)) last = persist->state;
  }
  return last;
}

bool logs(const Actions& actions, const std::string& text) {
  return std::any_of(actions.begin(), actions.end(), [&](const Action& action) {
    const auto* log = std::get_if<Log>(&action);
    return log != nullptr && log->line.find(text) != std::string::npos;
  });
}

template <class Message>
std::vector<Message> sent(const Actions& actions) {
  std::vector<Message> found;
  for (const Action& action : actions) {
    const auto* message = std::get_if<SendToPeer>(&action);
    if (message != nullptr && std::holds_alternative<Message>(message->message)) found.push_back(std::get<Message>(message->message));
  }
  return found;
}

wire::NodePhase phase(const Node& node, int now) { return node.view(now_at(now)).nodes.front().phase; }
Drain drain_of(const Node& node, int now) { return node.view(now_at(now)).nodes.front().drain; }

}  // namespace

BOOST_AUTO_TEST_CASE(reason_and_end_are_saved_shown_and_announced_before_the_phase) {
  Fixture fixture({kPeer});
  fixture.peer_says({kSelf}, false, 100);
  const Drain wanted{"new kernel", wall_of(600'000)};
  const Actions actions = fixture.node.drain(now_at(200), wanted);
  BOOST_REQUIRE(saved(actions));
  BOOST_TEST(saved(actions)->drained);
  BOOST_TEST((saved(actions)->drain == wanted));
  BOOST_TEST(logs(actions, "; reason: new kernel; it ends in 10 min"));
  BOOST_TEST((drain_of(fixture.node, 200) == wanted));
  bool announced = false;
  for (const Action& action : actions) {
    const auto* message = std::get_if<SendToPeer>(&action);
    if (message == nullptr) continue;
    if (const auto* info = std::get_if<wire::NodeInfo>(&message->message)) {
      announced = info->drain_reason == "new kernel" && info->drain_until_ms == wanted.until_ms;
    } else if (const auto* heartbeat = std::get_if<wire::Heartbeat>(&message->message)) {
      BOOST_TEST((announced || heartbeat->phase != wire::NodePhase::drained));
    }
  }
  BOOST_TEST(announced);
}

BOOST_AUTO_TEST_CASE(at_its_end_the_drain_is_over_by_itself) {
  Fixture fixture({kPeer});
  fixture.node.drain(now_at(100), {"", wall_of(5'000)});
  int now = 150;
  for (; now < 5'000; now += 50) {
    BOOST_TEST(!saved(fixture.node.tick(now_at(now))));
    BOOST_TEST((phase(fixture.node, now) == wire::NodePhase::drained));
  }
  const Actions actions = fixture.node.tick(now_at(now));
  BOOST_REQUIRE(saved(actions));
  BOOST_TEST(!saved(actions)->drained);
  BOOST_TEST((saved(actions)->drain == Drain{}));
  BOOST_TEST(logs(actions, "undrained: the end of the drain is reached"));
  BOOST_TEST((phase(fixture.node, now) != wire::NodePhase::drained));
  BOOST_TEST((drain_of(fixture.node, now) == Drain{}));
}

BOOST_AUTO_TEST_CASE(without_an_end_a_drain_lasts) {
  Fixture fixture({kPeer});
  fixture.node.drain(now_at(100), {"new disk", 0});
  for (int now = 150; now < 100'000; now += 50) fixture.node.tick(now_at(now));
  BOOST_TEST((phase(fixture.node, 100'000) == wire::NodePhase::drained));
  const Actions actions = fixture.node.undrain(now_at(100'000));
  BOOST_REQUIRE(saved(actions));
  BOOST_TEST((saved(actions)->drain == Drain{}));
}

BOOST_AUTO_TEST_CASE(a_restart_keeps_the_drain_and_ends_one_whose_end_has_passed) {
  const Durable restored{0, 0, true, {"new kernel", wall_of(5'000)}};
  Node node(settings({kPeer}), restored, kInstance, 9, now_at(0));
  BOOST_TEST(!saved(node.start(now_at(0))).value_or(restored).drain.reason.empty());
  BOOST_TEST((phase(node, 0) == wire::NodePhase::drained));
  BOOST_TEST((drain_of(node, 0) == restored.drain));

  Node late(settings({kPeer}), restored, kInstance + 1, 9, now_at(6'000));
  const Actions actions = late.start(now_at(6'000));
  BOOST_TEST(logs(actions, "undrained: the end of the drain is reached"));
  BOOST_REQUIRE(saved(actions));
  BOOST_TEST(!saved(actions)->drained);
  BOOST_TEST((phase(late, 6'000) != wire::NodePhase::drained));
}

BOOST_AUTO_TEST_CASE(an_order_for_another_node_contains_both) {
  Fixture fixture({kPeer});
  const wire::Order order{wire::OrderKind::drain, "new kernel", wall_of(5'000)};
  const auto orders = sent<wire::Order>(fixture.node.order(kPeer, order, now_at(100)));
  BOOST_REQUIRE(orders.size() == 1U);
  BOOST_TEST((orders.front() == order));
  BOOST_TEST((phase(fixture.node, 100) != wire::NodePhase::drained));
}

BOOST_AUTO_TEST_CASE(an_order_of_another_node_is_carried_out_unless_it_is_past) {
  Fixture fixture({kPeer});
  const Actions late = fixture.node.receive(kPeer, wire::Order{wire::OrderKind::drain, "late", wall_of(100)}, now_at(100));
  BOOST_TEST(!saved(late));
  BOOST_TEST(logs(late, "orders us to drain until a time that is past by our clock"));
  BOOST_TEST((phase(fixture.node, 100) != wire::NodePhase::drained));

  fixture.node.receive(kPeer, wire::Order{wire::OrderKind::drain, "new kernel", wall_of(5'000)}, now_at(200));
  BOOST_TEST((drain_of(fixture.node, 200) == Drain{"new kernel", wall_of(5'000)}));
  fixture.node.receive(kPeer, wire::Order{wire::OrderKind::drain, "and a new disk", wall_of(9'000)}, now_at(300));
  BOOST_TEST((drain_of(fixture.node, 300) == Drain{"and a new disk", wall_of(9'000)}), "the last order counts");
  fixture.node.receive(kPeer, wire::Order{wire::OrderKind::undrain}, now_at(400));
  BOOST_TEST((phase(fixture.node, 400) != wire::NodePhase::drained));
}

BOOST_AUTO_TEST_CASE(the_drain_of_another_node_is_shown_while_it_lasts) {
  Fixture fixture({kPeer});
  wire::NodeInfo info;
  info.node_id = kPeer;
  info.instance = 5;
  info.drain_reason = "new kernel";
  info.drain_until_ms = wall_of(5'000);
  fixture.node.receive(kPeer, info, now_at(100));
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, 1);
  heartbeat.phase = wire::NodePhase::drained;
  fixture.node.receive(kPeer, heartbeat, now_at(100));
  BOOST_REQUIRE(fixture.sees(kPeer, 100));
  BOOST_TEST((fixture.sees(kPeer, 100)->drain == Drain{"new kernel", wall_of(5'000)}));
  heartbeat = heartbeat_of(kPeer, 2);
  heartbeat.phase = wire::NodePhase::ready;
  fixture.node.receive(kPeer, heartbeat, now_at(200));
  BOOST_TEST((fixture.sees(kPeer, 200)->drain == Drain{}));
}
