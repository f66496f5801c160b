// Results that turned up where they do not belong: kept until the owner's core has them, never given to it twice.
#include <boost/test/unit_test.hpp>
#include <vector>

#include "cluster/forwarding.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

NodeId id(std::uint8_t number) {
  NodeId node;
  node.bytes[0] = number;
  return node;
}

SteadyTime at(int milliseconds) { return SteadyTime{Millis{milliseconds}}; }

wire::CheckResult result(const std::string& output = "fine") {
  wire::CheckResult result;
  result.object = {42, 0};
  result.output = output;
  result.sent_ms = 1'000'000;
  return result;
}

struct Fixture {
  Forwarding taker{id(1), 7};
  Forwarding owner{id(2), 8};
  NodeId runner = id(2);
  bool present = true;
  std::vector<std::pair<NodeId, wire::ForwardedResult>> sent;

  void send(int when) {
    taker.send([&](const ObjectKey&) { return runner; }, [&](const NodeId&) { return present; },
               [&](const NodeId& to, wire::ForwardedResult message) { sent.emplace_back(to, std::move(message)); }, Millis{3000}, at(when));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(forwarding, Fixture)

BOOST_AUTO_TEST_CASE(a_result_is_kept_until_it_is_acknowledged) {
  taker.took(result(), at(0));
  send(0);
  BOOST_REQUIRE(sent.size() == 1U);
  BOOST_TEST(taker.waiting() == 1U);
  taker.on_ack({id(1), 7, sent[0].second.number});
  BOOST_TEST(taker.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(without_an_acknowledgement_it_is_sent_again_after_a_while) {
  taker.took(result(), at(0));
  send(0);
  send(2999);
  BOOST_TEST(sent.size() == 1U);
  send(3000);
  BOOST_REQUIRE(sent.size() == 2U);
  BOOST_TEST(sent[0].second.number == sent[1].second.number);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_for_another_life_or_node_is_not_ours) {
  taker.took(result(), at(0));
  send(0);
  taker.on_ack({id(1), 6, sent[0].second.number});
  taker.on_ack({id(3), 7, sent[0].second.number});
  BOOST_TEST(taker.waiting() == 1U);
}

BOOST_AUTO_TEST_CASE(while_nobody_runs_the_host_it_waits) {
  runner = {};
  taker.took(result(), at(0));
  send(0);
  BOOST_TEST(sent.empty());
  runner = id(3);
  send(100);
  BOOST_TEST(sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_new_owner_gets_it_only_when_the_first_is_gone_or_silent) {
  taker.took(result(), at(0));
  send(0);
  runner = id(3);
  send(100);
  BOOST_TEST(sent.size() == 1U);
  present = false;
  send(200);
  BOOST_REQUIRE(sent.size() == 2U);
  BOOST_TEST((sent[1].first == id(3)));
}

BOOST_AUTO_TEST_CASE(its_times_stay_ages_however_long_it_waits) {
  taker.took(result(), at(0));
  send(5000);
  BOOST_TEST(sent.at(0).second.result.sent_ms == 1'005'000);
}

BOOST_AUTO_TEST_CASE(the_owner_takes_each_number_once_and_says_when_its_core_has_it) {
  const wire::ForwardedResult message{id(1), 7, 3, 0, result(), {}};
  BOOST_TEST(owner.arrived(message).fresh);
  BOOST_TEST(!owner.arrived(message).fresh);
  BOOST_TEST(!owner.arrived(message).taken);
  owner.core_took({id(1), 7, 3});
  BOOST_TEST(owner.arrived(message).taken);
}

BOOST_AUTO_TEST_CASE(what_a_dead_core_had_not_confirmed_may_come_again) {
  const wire::ForwardedResult lost{id(1), 7, 3, 0, result(), {}};
  const wire::ForwardedResult taken{id(1), 7, 4, 0, result(), {}};
  owner.arrived(lost);
  owner.arrived(taken);
  owner.core_took({id(1), 7, 4});
  owner.core_lost();
  BOOST_TEST(owner.arrived(lost).fresh);
  BOOST_TEST(!owner.arrived(taken).fresh);
}

BOOST_AUTO_TEST_CASE(too_many_and_too_old_ones_are_dropped_and_counted) {
  for (std::size_t count = 0; count < kMaxForwards + 5; ++count) taker.took(result(), at(0));
  BOOST_TEST(taker.waiting() == kMaxForwards);
  BOOST_TEST(taker.dropped() == 5U);
  taker.took(result(), at(static_cast<int>(kForwardTooOld.count()) + 1));
  BOOST_TEST(taker.waiting() == 1U);
  for (int count = 0; count < 40; ++count)
    taker.took(result(std::string(1024 * 1024, 'x')), at(static_cast<int>(kForwardTooOld.count()) + 1));
  BOOST_TEST(taker.waiting() < 17U);
}

BOOST_AUTO_TEST_SUITE_END()
