// Results that arrived on a node which does not own the object: kept until the owner's core has them, and processed once.
#include <boost/test/unit_test.hpp>
#include <vector>

#include "shared/cluster/results/forwarding.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

wire::CheckResult result(const std::string& output = "fine") {
  wire::CheckResult result;
  result.object = {42, 0};
  result.output = output;
  result.sent_ms = 1'000'000;
  return result;
}

struct ForwardingFixture {
  Forwarding taker{id(1)};
  Forwarding owner{id(2)};
  std::uint64_t number = 0;

  void took(wire::CheckResult result, SteadyTime now) {
    result.number = ++number;
    taker.took(7, std::move(result), now);
  }
  NodeId runner = id(2);
  bool present = true;
  std::vector<std::pair<NodeId, wire::ForwardedResult>> sent;

  bool held = false;
  void send(int when) {
    taker.send([&](const ObjectKey&, SteadyTime) { return held; }, [&](const ObjectKey&) { return runner; },
               [&](const NodeId&, SteadyTime) { return present; },
               [&](const NodeId& to, wire::ForwardedResult message) { sent.emplace_back(to, std::move(message)); }, Millis{3000}, at(when));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(forwarding, ForwardingFixture)

BOOST_AUTO_TEST_CASE(a_result_is_kept_until_it_is_acknowledged) {
  took(result(), at(0));
  send(0);
  BOOST_REQUIRE(sent.size() == 1U);
  BOOST_TEST(taker.waiting() == 1U);
  taker.on_ack({id(1), 7, sent[0].second.number});
  BOOST_TEST(taker.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_sent_later) {
  held = true;
  took(result(), at(0));
  send(0);
  BOOST_TEST(sent.empty());
  held = false;
  send(10);
  BOOST_TEST(sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_an_acknowledgement_it_is_sent_again_after_a_while) {
  took(result(), at(0));
  send(0);
  send(2999);
  BOOST_TEST(sent.size() == 1U);
  send(3000);
  BOOST_REQUIRE(sent.size() == 2U);
  BOOST_TEST(sent[0].second.number == sent[1].second.number);
}

// I1 I2: a state contains a receiver's results up to a number, so it must not contain the next one before the first.
BOOST_AUTO_TEST_CASE(the_next_result_of_an_object_waits_for_the_first) {
  took(result("first"), at(0));
  send(0);
  runner = id(3);  // the host has moved, and its old owner may still process the first
  took(result("second"), at(100));
  send(100);
  BOOST_REQUIRE(sent.size() == 1U);
  BOOST_TEST(!taker.take_next_is_due());
  taker.on_ack({id(1), 7, 1});
  BOOST_TEST(taker.take_next_is_due());
  send(200);
  BOOST_REQUIRE(sent.size() == 2U);
  BOOST_TEST(sent[1].second.result.output == "second");
}

BOOST_AUTO_TEST_CASE(results_of_other_objects_do_not_wait) {
  took(result("first"), at(0));
  wire::CheckResult other = result("of another host");
  other.object.host = 43;
  took(std::move(other), at(0));
  send(0);
  BOOST_TEST(sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_for_another_life_or_node_is_not_ours) {
  took(result(), at(0));
  send(0);
  taker.on_ack({id(1), 6, sent[0].second.number});
  taker.on_ack({id(3), 7, sent[0].second.number});
  BOOST_TEST(taker.waiting() == 1U);
}

BOOST_AUTO_TEST_CASE(while_nobody_runs_the_host_it_waits) {
  runner = {};
  took(result(), at(0));
  send(0);
  BOOST_TEST(sent.empty());
  runner = id(3);
  send(100);
  BOOST_TEST(sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_new_owner_gets_it_only_when_the_first_is_gone_or_silent) {
  took(result(), at(0));
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
  took(result(), at(0));
  send(5000);
  BOOST_TEST(sent.at(0).second.result.sent_ms == 1'005'000);
}

// F54 I3
BOOST_AUTO_TEST_CASE(the_owner_takes_each_number_once_and_says_when_its_core_has_it) {
  const wire::ForwardedResult message{id(1), 7, 3, 0, result(), {}, 0, 0};
  BOOST_TEST(owner.arrived(message).fresh);
  BOOST_TEST(!owner.arrived(message).fresh);
  BOOST_TEST(!owner.arrived(message).taken);
  owner.core_took({id(1), 7, 3});
  BOOST_TEST(owner.arrived(message).taken);
}

BOOST_AUTO_TEST_CASE(what_a_dead_core_had_not_confirmed_may_come_again) {
  const wire::ForwardedResult lost{id(1), 7, 3, 0, result(), {}, 0, 0};
  const wire::ForwardedResult taken{id(1), 7, 4, 0, {}, {{{42, 0}, "SCHEDULE_FORCED_HOST_CHECK;web;1", 0, 0}}, 0, 0};
  owner.arrived(lost);
  owner.arrived(taken);
  BOOST_TEST(owner.core_took({id(1), 7, 4}));
  owner.core_lost();
  BOOST_TEST(owner.arrived(lost).fresh);
  BOOST_TEST(!owner.arrived(taken).fresh, "a command: no state shows that it was carried out");
}

BOOST_AUTO_TEST_CASE(a_state_that_contains_it_is_its_acknowledgement) {
  took(result("first"), at(0));
  took(result("second"), at(0));
  wire::CheckRegister state;
  state.taken = {{id(1), 7, 1}};
  wire::Register row;
  row.object = result().object;
  row.value = wire::encode(state);
  const auto contained = taker.contained(row);
  BOOST_REQUIRE(contained.size() == 1u);
  BOOST_TEST(contained[0].number == 1u);
  row.object.host = 43;
  BOOST_TEST(taker.contained(row).empty(), "of another object");
}

BOOST_AUTO_TEST_CASE(what_is_acknowledged_while_it_is_delivered_is_no_fault) {
  for (std::uint64_t host = 42; host < 47; ++host) {
    wire::CheckResult one = result();
    one.object.host = host;
    took(std::move(one), at(0));
  }
  std::vector<std::uint64_t> delivered;
  taker.send([](const ObjectKey&, SteadyTime) { return false; }, [&](const ObjectKey&) { return runner; },
             [&](const NodeId&, SteadyTime) { return present; },
             [&](const NodeId&, wire::ForwardedResult message) {
               delivered.push_back(message.number);
               taker.on_ack({message.taker, message.taker_instance, message.number});
             },
             Millis{3000}, at(0));
  BOOST_TEST(delivered.size() == 5u);
  BOOST_TEST(taker.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(what_its_module_says_again_is_no_second_one) {
  wire::CheckResult once = result();
  once.number = 5;
  BOOST_TEST(taker.took(7, once, at(0)) != nullptr);
  BOOST_TEST(taker.took(7, once, at(10)) == nullptr);
  BOOST_TEST(taker.waiting() == 1u);
}

BOOST_AUTO_TEST_CASE(what_the_store_kept_is_as_old_as_it_is) {
  wire::ForwardedResult kept{id(1), 6, 3, 0, result(), {}, 0, 0};
  taker.restore(kept, {at(0), WallTime{Millis{1'060'000}}});
  send(500);
  BOOST_REQUIRE(sent.size() == 1u);
  BOOST_TEST(sent[0].second.taker_instance == 6u);
  BOOST_TEST(sent[0].second.result.sent_ms == 1'060'500);
}

BOOST_AUTO_TEST_CASE(what_the_core_refused_may_come_again) {
  const wire::ForwardedResult message{id(1), 7, 3, 0, result(), {}, 0, 0};
  owner.arrived(message);
  owner.core_refused({id(1), 7, 3});
  BOOST_TEST(owner.arrived(message).fresh);
}

BOOST_AUTO_TEST_CASE(too_many_and_too_old_ones_are_dropped_and_counted) {
  for (std::size_t count = 0; count < kMaxForwards + 5; ++count) took(result(), at(0));
  BOOST_TEST(taker.waiting() == kMaxForwards);
  BOOST_TEST(taker.dropped() == 5U);
  took(result(), at(static_cast<int>(kForwardTooOld.count()) + 1));
  send(static_cast<int>(kForwardTooOld.count()) + 1);
  BOOST_TEST(taker.waiting() == 1U);
  BOOST_TEST(taker.take_dropped().size() == kMaxForwards + 5, "the store is to forget them too");
  for (int count = 0; count < 40; ++count) took(result(std::string(1024 * 1024, 'x')), at(static_cast<int>(kForwardTooOld.count()) + 1));
  BOOST_TEST(taker.waiting() < 17U);
}

BOOST_AUTO_TEST_SUITE_END()
