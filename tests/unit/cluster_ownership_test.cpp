// R1: when a node takes which hosts, and claims as messages.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "shared/cluster/ownership/ownership.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr Millis kOwnershipHeartbeat{1000};

InventoryPtr hosts(int count, const std::vector<std::string>& services = {}) {
  std::vector<wire::InventoryHost> all;
  for (int number = 0; number < count; ++number) all.push_back({"host" + std::to_string(number), services});
  return std::make_shared<const Inventory>(all, static_cast<std::uint64_t>(count) * 100 + services.size());
}

struct OwnershipFixture {
  InventoryPtr inventory = hosts(40, {"a", "b"});
  Ownership ownership;
  ClaimSet peer_claims;
  ClaimSet none;
  std::uint64_t number = 0;

  OwnershipFixture() {
    ownership.set_interval(kOwnershipHeartbeat);
    ownership.set_inventory(inventory);
  }
  Contender self(wire::NodePhase phase = wire::NodePhase::ready) { return {id(1), 1, phase, inventory, &none, std::nullopt}; }
  Contender peer(wire::NodePhase phase = wire::NodePhase::ready) { return {id(2), 1, phase, inventory, &peer_claims, std::nullopt}; }
  void peer_says(std::vector<Unit> added, std::vector<Unit> removed = {}) {
    wire::Claims claims;
    claims.node_id = id(2);
    claims.instance = 9;
    claims.number = ++number;
    claims.whole = number == 1;
    claims.added = std::move(added);
    claims.removed = std::move(removed);
    BOOST_REQUIRE(peer_claims.apply(claims));
  }
  std::set<Unit> mine() {
    std::set<Unit> units;
    for (const KnownHost& host : inventory->hosts()) {
      if (best_draw(id(1), 1, host.name) > best_draw(id(2), 1, host.name)) units.insert(host.key);
    }
    return units;
  }
  std::set<Unit> running() { return {ownership.running().begin(), ownership.running().end()}; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ownership_rules, OwnershipFixture)

BOOST_AUTO_TEST_CASE(alone_it_takes_everything_at_once) { BOOST_TEST(ownership.decide(self(), {}, at(0)).take.size() == 40U); }

BOOST_AUTO_TEST_CASE(what_it_stands_first_for_it_takes_at_once_the_rest_after_two_unclaimed_heartbeats) {
  const Decision first = ownership.decide(self(), {peer()}, at(0));
  BOOST_TEST((running() == mine()));
  BOOST_TEST(first.look_again.has_value());
  ownership.decide(self(), {peer()}, at(1999));
  BOOST_TEST((running() == mine()));
  ownership.decide(self(), {peer()}, at(2000));
  BOOST_TEST(running().size() == 40U);
}

BOOST_AUTO_TEST_CASE(the_two_heartbeats_count_from_when_nobody_claims) {
  std::vector<Unit> all;
  for (const KnownHost& host : inventory->hosts()) all.push_back(host.key);
  peer_says(all);
  ownership.decide(self(wire::NodePhase::drained), {peer()}, at(0));
  peer_says({}, all);
  ownership.decide(self(wire::NodePhase::drained), {peer()}, at(10'000));
  BOOST_TEST(running().empty());
  ownership.decide(self(wire::NodePhase::drained), {peer()}, at(12'000));
  BOOST_TEST(running().size() == 40U);
}

BOOST_AUTO_TEST_CASE(it_leaves_alone_what_one_before_it_claims) {
  ownership.decide(self(), {}, at(0));
  std::vector<Unit> theirs;
  for (const KnownHost& host : inventory->hosts()) {
    if (!mine().contains(host.key)) theirs.push_back(host.key);
  }
  peer_says(theirs);
  const Decision decision = ownership.decide(self(), {peer()}, at(10));
  BOOST_TEST(decision.drop.size() == theirs.size());
  BOOST_TEST((running() == mine()));
}

// Its daemon has just started: its claims arrive before its inventory.
BOOST_AUTO_TEST_CASE(it_leaves_alone_what_a_node_claims_whose_inventory_it_does_not_know_yet) {
  std::vector<Unit> all;
  for (const KnownHost& host : inventory->hosts()) all.push_back(host.key);
  peer_says(all);
  Contender unknown = peer();
  unknown.inventory.reset();
  ownership.decide(self(wire::NodePhase::joining), {unknown}, at(0));
  BOOST_TEST(running().empty());
}

BOOST_AUTO_TEST_CASE(what_one_behind_it_runs_it_wants_and_takes_when_yielded) {
  std::vector<Unit> all;
  for (const KnownHost& host : inventory->hosts()) all.push_back(host.key);
  peer_says(all);
  const Decision wants = ownership.decide(self(), {peer()}, at(0));
  BOOST_TEST(running().empty());
  BOOST_TEST(wants.wants.at(id(2)).size() == mine().size());
  const Unit yielded = *mine().begin();
  ownership.on_yield({yielded}, at(100));
  ownership.decide(self(), {peer()}, at(100));
  BOOST_TEST((running() == std::set<Unit>{yielded}));
}

BOOST_AUTO_TEST_CASE(what_is_not_yielded_within_three_heartbeats_it_claims) {
  const Unit unit = *mine().begin();
  peer_says({unit});
  ownership.decide(self(), {peer()}, at(0));
  ownership.decide(self(), {peer()}, at(2999));
  BOOST_TEST(!ownership.running().contains(unit));
  ownership.decide(self(), {peer()}, at(3000));
  BOOST_TEST(ownership.running().contains(unit));
}

// The other node received the want from a node after it in the ranking.
BOOST_AUTO_TEST_CASE(drained_and_back_within_three_heartbeats_it_wants_anew_and_waits_for_that) {
  std::vector<Unit> all;
  for (const KnownHost& host : inventory->hosts()) all.push_back(host.key);
  peer_says(all);
  ownership.decide(self(), {peer()}, at(0));
  ownership.decide(self(wire::NodePhase::drained), {peer()}, at(1'000));
  const Decision back = ownership.decide(self(), {peer()}, at(2'500));
  BOOST_REQUIRE(back.wants.size() == 1U);
  BOOST_TEST(back.wants.begin()->second.size() == mine().size());
  ownership.decide(self(), {peer()}, at(5'400));
  BOOST_TEST(running().empty());
  ownership.decide(self(), {peer()}, at(5'500));
  BOOST_TEST((running() == mine()));
}

BOOST_AUTO_TEST_CASE(nothing_is_wanted_from_one_who_said_that_it_cannot_answer) {
  const Unit unit = *mine().begin();
  peer_says({unit});
  Contender away = peer();
  away.excused_until = at(20'000);
  BOOST_TEST(ownership.decide(self(), {away}, at(0)).wants.empty());
  ownership.decide(self(), {away}, at(10'000));
  BOOST_TEST(!ownership.running().contains(unit));
  BOOST_TEST(ownership.decide(self(), {peer()}, at(10'100)).wants.at(id(2)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_it_wanted_once_and_was_yielded_it_wants_anew_the_next_time) {
  const Unit unit = *mine().begin();
  peer_says({unit});
  ownership.decide(self(), {peer()}, at(0));
  ownership.on_yield({unit}, at(100));
  ownership.decide(self(), {peer()}, at(100));
  BOOST_REQUIRE(ownership.running().contains(unit));
  ownership.on_want(self(wire::NodePhase::drained), peer(), {unit}, at(200));
  ownership.decide(self(wire::NodePhase::drained), {peer()}, at(300));
  const Decision later = ownership.decide(self(), {peer()}, at(20'000));
  BOOST_TEST(!ownership.running().contains(unit));
  BOOST_TEST(later.wants.at(id(2)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_who_said_that_it_cannot_answer_is_not_waited_for) {
  peer_says({});
  Contender away = peer();
  away.excused_until = at(20'000);
  ownership.decide(self(), {away}, at(0));
  BOOST_TEST(running().size() == 40U);
}

BOOST_AUTO_TEST_CASE(a_yield_that_was_not_wanted_gives_nothing) {
  peer_says({});
  std::vector<Unit> theirs;
  for (const KnownHost& host : inventory->hosts()) {
    if (!mine().contains(host.key)) theirs.push_back(host.key);
  }
  ownership.on_yield(theirs, at(0));
  ownership.decide(self(), {peer()}, at(0));
  BOOST_TEST((running() == mine()));
}

// Otherwise no node would run it: the old owner has released it for us.
BOOST_AUTO_TEST_CASE(what_was_wanted_and_is_yielded_it_takes_though_the_ranking_has_changed_meanwhile) {
  const Unit unit = *mine().begin();
  peer_says({unit});
  BOOST_REQUIRE(ownership.decide(self(), {peer()}, at(0)).wants.at(id(2)).size() == 1U);
  ownership.decide(self(wire::NodePhase::joining), {peer()}, at(50));
  ownership.on_yield({unit}, at(100));
  peer_says({}, {unit});
  ownership.decide(self(wire::NodePhase::joining), {peer()}, at(100));
  BOOST_TEST(ownership.running().contains(unit));
}

BOOST_AUTO_TEST_CASE(it_releases_only_to_one_that_stands_before_it_and_knows_the_host) {
  ownership.decide(self(), {}, at(0));
  std::vector<Unit> all;
  for (const KnownHost& host : inventory->hosts()) all.push_back(host.key);
  Contender ignorant = peer();
  ignorant.inventory = hosts(0);
  BOOST_TEST(ownership.on_want(self(), ignorant, all, at(0)).empty());
  const auto released = ownership.on_want(self(), peer(), all, at(0));
  BOOST_TEST(released.size() == 40U - mine().size());
}

BOOST_AUTO_TEST_CASE(what_it_yielded_it_takes_back_when_the_other_does_not_claim_it_or_is_gone) {
  ownership.decide(self(), {}, at(0));
  const auto released = ownership.on_want(self(), peer(), {ownership.running().begin(), ownership.running().end()}, at(0));
  BOOST_REQUIRE(!released.empty());
  ownership.decide(self(), {peer()}, at(2900));
  BOOST_TEST(!ownership.running().contains(released.front()));
  ownership.decide(self(), {}, at(2950));
  BOOST_TEST(ownership.running().contains(released.front()));
}

BOOST_AUTO_TEST_CASE(a_service_that_the_hosts_runner_does_not_know_is_run_by_one_that_does) {
  Contender poor = peer();
  poor.inventory = hosts(40, {"a"});
  std::vector<Unit> theirs;
  for (const KnownHost& host : inventory->hosts()) {
    if (!mine().contains(host.key)) theirs.push_back(host.key);
  }
  peer_says(theirs);
  ownership.decide(self(), {poor}, at(0));
  for (Unit host : theirs) {
    const KnownHost* known = inventory->find(host);
    BOOST_TEST(!ownership.running().contains(host));
    BOOST_TEST(ownership.running().contains(service_key(known->name, "b")));
    BOOST_TEST(!ownership.running().contains(service_key(known->name, "a")));
  }
  // The owner of the host has the service configured now: it is no orphan any more.
  ownership.decide(self(), {peer()}, at(100));
  BOOST_TEST((running() == mine()));
}

BOOST_AUTO_TEST_CASE(returning_it_withdraws_what_the_other_side_claims) {
  ownership.decide(self(), {}, at(0));
  const Unit unit = *mine().begin();
  peer_says({unit});
  BOOST_TEST(ownership.withdraw_claimed_by(peer_claims).size() == 1U);
  BOOST_TEST(ownership.running().size() == 39U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(claims)

namespace {
wire::Claims difference(std::uint64_t instance, std::uint64_t number, std::vector<Unit> added, bool whole = false) {
  wire::Claims claims;
  claims.instance = instance;
  claims.number = number;
  claims.whole = whole;
  claims.added = std::move(added);
  return claims;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_difference_that_does_not_follow_asks_for_the_whole) {
  ClaimSet set;
  BOOST_TEST(set.apply(difference(1, 4, {10}, true)));
  BOOST_TEST(set.apply(difference(1, 5, {11})));
  BOOST_TEST(!set.apply(difference(1, 7, {12})));
  BOOST_TEST(!set.apply(difference(2, 6, {12})));
  BOOST_TEST(set.count() == 2U);
}

BOOST_AUTO_TEST_CASE(older_claims_by_a_longer_way_change_nothing) {
  ClaimSet set;
  BOOST_TEST(set.apply(difference(1, 4, {10}, true)));
  BOOST_TEST(set.apply(difference(1, 3, {99}, true)));
  BOOST_TEST(set.contains(10));
  BOOST_TEST(!set.contains(99));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_with_another_sum_shows_that_claims_differ) {
  ClaimSet set;
  BOOST_TEST(set.apply(difference(1, 4, {10, 11}, true)));
  wire::Heartbeat heartbeat;
  heartbeat.instance = 1;
  heartbeat.claims_number = 4;
  heartbeat.claims_count = 2;
  heartbeat.claims_xor = 0x0a ^ 0x0b;
  BOOST_TEST(set.agrees_with(heartbeat));
  heartbeat.claims_xor = 0x0a ^ 0x0c;
  BOOST_TEST(!set.agrees_with(heartbeat));
}

BOOST_AUTO_TEST_CASE(what_the_module_says_reaches_the_others_as_differences) {
  ClaimSet own;
  ClaimSet seen;
  wire::CoreClaims said;
  said.whole = true;
  said.added = {1, 2, 3};
  BOOST_TEST(!seen.apply(own.change({}, 7, said)));  // nothing is known of it yet: the complete set is requested
  BOOST_TEST(seen.apply(own.whole({}, 7)));
  said.added = {2, 3, 4};
  BOOST_TEST(seen.apply(own.change({}, 7, said)));
  BOOST_TEST((seen.units() == own.units()));
  BOOST_TEST(seen.exclusive_or() == (2ULL ^ 3ULL ^ 4ULL));
  const auto unchanged = own.change({}, 7, said);
  BOOST_TEST(unchanged.number == own.number());
  BOOST_TEST(unchanged.added.empty());
}

BOOST_AUTO_TEST_SUITE_END()
