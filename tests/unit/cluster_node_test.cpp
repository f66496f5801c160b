// The whole node, driven by hand: how often it sends heartbeats, and which other nodes it considers.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <variant>

#include "shared/cluster/node/node_state.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

std::size_t heartbeats_to(const NodeId& node, const Actions& actions) {
  return static_cast<std::size_t>(std::count_if(actions.begin(), actions.end(), [&](const Action& action) {
    const auto* sent = std::get_if<SendToPeer>(&action);
    return sent != nullptr && sent->to == node && std::holds_alternative<wire::Heartbeat>(sent->message);
  }));
}

}  // namespace

// Two nodes that each report a third one's heartbeats as late would otherwise answer each other endlessly.
BOOST_AUTO_TEST_CASE(heartbeats_that_another_misses_are_sent_on_early_but_not_at_every_word_of_it) {
  Fixture fixture;
  std::size_t sent = 0;
  std::uint64_t number = 0;
  for (int now = 10; now < 3'000; now += 10) {
    if (now % 50 == 0) sent += heartbeats_to(kPeer, fixture.node.tick(now_at(now)));
    if (now % 500 == 0) sent += heartbeats_to(kPeer, fixture.node.receive(kThird, heartbeat_of(kThird, ++number), now_at(now)));
    wire::Heartbeat late = heartbeat_of(kPeer, ++number);
    late.heard.push_back(heard(kThird, 5, 1'500));
    sent += heartbeats_to(kPeer, fixture.node.receive(kPeer, late, now_at(now)));
  }
  BOOST_TEST(sent > 6U);
  BOOST_TEST(sent < 20U);
}

// ---- nodes that only other nodes name

BOOST_AUTO_TEST_CASE(a_node_that_a_peer_has_in_its_file_counts_though_it_is_not_in_ours) {
  Fixture fixture({kPeer});
  fixture.peer_says({kSelf, kThird}, true, 100);
  fixture.peer_says({kSelf, kThird}, true, 200);
  BOOST_REQUIRE(fixture.sees(kThird, 300));
  BOOST_TEST(fixture.sees(kThird, 300)->active);
  BOOST_TEST(!fixture.sees(kThird, 300)->configured);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_in_no_file_we_know_of_does_not_count) {
  Fixture fixture({kPeer});
  fixture.peer_says({kSelf}, true, 100);
  fixture.peer_says({kSelf}, true, 200);
  BOOST_TEST(!fixture.sees(kThird, 300));
}

BOOST_AUTO_TEST_CASE(a_node_of_our_file_counts_over_a_third_one_whatever_files_that_has) {
  Fixture fixture({kPeer, kThird});
  fixture.node.link_down(kThird, false, now_at(50));
  fixture.peer_says({}, true, 100);
  BOOST_REQUIRE(fixture.sees(kThird, 200));
  BOOST_TEST(fixture.sees(kThird, 200)->active);
}

BOOST_AUTO_TEST_CASE(a_node_taken_out_of_our_file_is_gone_at_once_though_others_still_hear_and_name_it) {
  Fixture fixture({kPeer, kThird});
  fixture.peer_says({kSelf, kThird}, true, 100);
  BOOST_REQUIRE(fixture.sees(kThird, 200));
  fixture.node.set_settings(settings({kPeer}), now_at(300));
  BOOST_TEST(!fixture.sees(kThird, 300));
  for (int now = 400; now < 5'000; now += 500) fixture.peer_says({kSelf, kThird}, true, now);
  BOOST_TEST(!fixture.sees(kThird, 5'000));
  fixture.node.set_settings(settings({kPeer, kThird}), now_at(5'000));
  fixture.peer_says({kSelf, kThird}, true, 5'100);
  BOOST_REQUIRE(fixture.sees(kThird, 5'200));
  BOOST_TEST(fixture.sees(kThird, 5'200)->active);
}

BOOST_AUTO_TEST_CASE(a_node_that_only_others_named_is_gone_when_the_last_one_names_it_no_more) {
  Fixture fixture({kPeer});
  fixture.peer_says({kSelf, kThird}, true, 100);
  fixture.peer_says({kSelf, kThird}, true, 200);
  BOOST_REQUIRE(fixture.sees(kThird, 300));
  fixture.peer_says({kSelf}, true, 300);
  BOOST_TEST(!fixture.sees(kThird, 400));
}

BOOST_AUTO_TEST_CASE(a_node_that_only_others_name_is_gone_when_it_was_silent_for_a_minute) {
  Fixture fixture({kPeer});
  fixture.peer_says({kSelf, kThird}, true, 100);
  fixture.peer_says({kSelf, kThird}, true, 200);
  for (int now = 1'000; now < 50'000; now += 500) fixture.peer_says({kSelf, kThird}, false, now);
  BOOST_REQUIRE(fixture.sees(kThird, 50'000));
  BOOST_TEST(!fixture.sees(kThird, 50'000)->active);
  for (int now = 50'000; now < 61'000; now += 500) fixture.peer_says({kSelf, kThird}, false, now);
  BOOST_TEST(!fixture.sees(kThird, 61'000));
}

// ---- status for operators

BOOST_AUTO_TEST_CASE(the_latency_is_the_middle_of_the_last_few_not_the_last) {
  Fixture fixture({kPeer});
  std::uint64_t number = 0;
  const auto echo = [&](int round_trip, int now) {
    const Actions heartbeats = fixture.node.tick(now_at(now));
    for (const Action& action : heartbeats) {
      const auto* sent = std::get_if<SendToPeer>(&action);
      if (sent == nullptr || !std::holds_alternative<wire::Heartbeat>(sent->message)) continue;
      wire::Heartbeat answer = heartbeat_of(kPeer, ++number);
      answer.heard.front().number = std::get<wire::Heartbeat>(sent->message).number;
      fixture.node.receive(kPeer, answer, now_at(now + round_trip));
    }
  };
  int now = 1'000;
  for (int round_trip : {10, 10, 10, 10, 900}) echo(round_trip, now += 2'000);
  BOOST_REQUIRE(fixture.sees(kPeer, now)->latency_ms);
  BOOST_TEST(*fixture.sees(kPeer, now)->latency_ms == 5.0);
  for (int round_trip : {30, 30, 30, 30, 30, 30, 30, 30}) echo(round_trip, now += 2'000);
  BOOST_TEST(*fixture.sees(kPeer, now)->latency_ms == 15.0);
}

BOOST_AUTO_TEST_CASE(it_is_shown_how_a_node_is_heard) {
  Fixture fixture({kPeer, kThird});
  const auto hearing = [&](int now) { return fixture.sees(kThird, now)->hearing; };
  BOOST_TEST((hearing(50) == Hearing::never));
  fixture.node.receive(kThird, heartbeat_of(kThird, 1), now_at(100));
  BOOST_TEST((hearing(200) == Hearing::direct));
  fixture.number = 1;
  for (int now = 1'000; now < 8'000; now += 500) fixture.peer_says({kSelf, kThird}, true, now);
  BOOST_TEST((hearing(8'000) == Hearing::relayed));
  for (int now = 8'000; now < 16'000; now += 500) fixture.peer_says({kSelf, kThird}, false, now);
  BOOST_TEST((hearing(16'000) == Hearing::silent));
  fixture.node.receive(kThird, heartbeat_of(kThird, 100), now_at(16'000));
  fixture.node.link_down(kThird, true, now_at(16'500));
  BOOST_TEST((hearing(18'000) == Hearing::closed));
}

namespace {

// A peer that ran a host, fell silent and returns as a node that joins.
struct Delayed : Fixture {
  Delayed() : Fixture({kPeer, kThird}) {
    node.receive(kPeer, heartbeat_of(kPeer, 1), now_at(1'000));
    node.receive(kPeer, wire::Claims{kPeer, 5, 1, true, {host_key("web")}, {}}, now_at(1'000));
    for (int now = 1'100; now < 10'000; now += 500) third_says(now, 0);
    BOOST_REQUIRE(!sees(kPeer, 10'000)->active);
    BOOST_TEST(!sees(kPeer, 10'000)->delay);
    node.receive(kPeer, heartbeat_of(kPeer, 2), now_at(10'000));
    node.tick(now_at(10'000));
    BOOST_REQUIRE(sees(kPeer, 10'000)->active);
  }
  // The third node heartbeats, and says how long it delays the peer.
  void third_says(int now, std::uint32_t hold_ms) {
    wire::Heartbeat heartbeat = heartbeat_of(kThird, ++third);
    heartbeat.heard.push_back(heard(kPeer, 5, 0));
    heartbeat.heard.back().hold_ms = hold_ms;
    node.receive(kThird, heartbeat, now_at(now));
    node.tick(now_at(now));
  }
  std::uint64_t third = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_delay_of_a_return_is_shown_until_it_ends) {
  Delayed fixture;
  const auto delay = [&](int now) { return fixture.sees(kPeer, now)->delay; };
  BOOST_REQUIRE(delay(10'000));
  BOOST_TEST(delay(10'000)->left.count() == 5'000);
  BOOST_TEST(delay(10'000)->by == "self");
  BOOST_TEST(delay(10'000)->losses.value_or(0) == 1);
  BOOST_TEST(delay(12'000)->left.count() == 3'000);
  fixture.third_says(12'000, 9'000);
  BOOST_TEST(delay(12'500)->left.count() == 8'500);
  BOOST_TEST(delay(12'500)->by == "peer3");
  BOOST_TEST(!delay(12'500)->losses);
}

BOOST_AUTO_TEST_CASE(the_delay_of_our_own_return_is_shown) {
  WithCore fixture;
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, ++fixture.number);
  heartbeat.heard.front().hold_ms = 4'000;
  heartbeat.heard.front().number = 2;
  fixture.node.receive(kPeer, heartbeat, now_at(fixture.now));
  BOOST_TEST(!fixture.sees(kSelf, fixture.now)->delay, "it is ready: it returns from nowhere");
  fixture.node.core_disconnected(now_at(fixture.now));
  fixture.node.core_connected({}, now_at(fixture.now));
  for (wire::Inventory part : Inventory({{"web", {}}}, 1).parts(kSelf)) fixture.node.receive_core(std::move(part), now_at(fixture.now));
  const auto delay = fixture.sees(kSelf, fixture.now + 1'000)->delay;
  BOOST_REQUIRE(delay);
  BOOST_TEST(delay->left.count() == 3'000);
  BOOST_TEST(delay->by == "peer2");
}

BOOST_AUTO_TEST_CASE(hosts_that_two_active_nodes_claim_are_counted) {
  WithCore fixture;
  const auto twice = [&] { return fixture.node.view(now_at(fixture.now)).run_twice; };
  fixture.node.receive(kPeer, wire::Claims{kPeer, 5, 1, true, {host_key("web"), host_key("unknown")}, {}}, now_at(fixture.now));
  BOOST_TEST(twice().hosts == 0U);
  fixture.node.receive_core(wire::CoreClaims{1, false, {host_key("web")}, {}, {}}, now_at(fixture.now));
  BOOST_TEST(twice().hosts == 1U);
  BOOST_TEST(twice().example == "web");
  BOOST_TEST(twice().one == "self");
  BOOST_TEST(twice().other == "peer2");
}

// ---- names for the module

BOOST_AUTO_TEST_CASE(the_module_is_told_when_the_name_of_a_node_changes) {
  Fixture fixture({kPeer});
  fixture.node.core_connected({}, now_at(10));
  const auto names_told = [](const Actions& actions) {
    std::vector<std::string> names;
    for (const Action& action : actions) {
      const auto* told = std::get_if<SendToCore>(&action);
      const auto* welcome = told == nullptr ? nullptr : std::get_if<wire::CoreWelcome>(&told->message);
      if (welcome == nullptr) continue;
      for (const wire::NodeName& node : welcome->names) names.push_back(node.name);
    }
    return names;
  };
  Settings renamed = settings({kPeer});
  renamed.peers[0].name = "berlin";
  BOOST_TEST((names_told(fixture.node.set_settings(renamed, now_at(20))) == std::vector<std::string>{"self", "berlin"}));
  BOOST_TEST(names_told(fixture.node.set_settings(renamed, now_at(30))).empty());
  BOOST_TEST(names_told(fixture.node.tick(now_at(50))).empty());
}

BOOST_AUTO_TEST_CASE(the_module_is_told_the_names_of_nodes_that_only_others_know) {
  Fixture fixture({kPeer});
  fixture.node.core_connected({}, now_at(10));
  fixture.peer_says({kSelf, kThird}, true, 100);
  fixture.peer_says({kSelf, kThird}, true, 200);
  wire::NodeInfo info;
  info.node_id = kThird;
  info.name = "oslo";
  const Actions actions = fixture.node.receive(kPeer, wire::Relayed{kThird, kSelf, 11, wire::encode(info)}, now_at(300));
  BOOST_TEST(std::any_of(actions.begin(), actions.end(), [](const Action& action) {
    const auto* told = std::get_if<SendToCore>(&action);
    const auto* welcome = told == nullptr ? nullptr : std::get_if<wire::CoreWelcome>(&told->message);
    return welcome != nullptr && welcome->names.back().name == "oslo";
  }));
}

// ---- checks that still run on another node

namespace {

std::vector<wire::InFlight> told_in_flight(const Actions& actions) {
  std::vector<wire::InFlight> all;
  for (const Action& action : actions) {
    const auto* told = std::get_if<SendToCore>(&action);
    const auto* epoch = told == nullptr ? nullptr : std::get_if<wire::Epoch>(&told->message);
    if (epoch != nullptr) all.insert(all.end(), epoch->in_flight.begin(), epoch->in_flight.end());
  }
  return all;
}

struct Awaiting : WithCore {
  wire::Yield yield(const NodeId& runner) {
    wire::Yield yield;
    yield.in_flight.push_back({{7, 0}, 30'000, runner});
    return yield;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_check_that_ran_at_a_lost_node_is_waited_for_no_longer) {
  Awaiting fixture;
  const auto told = told_in_flight(fixture.node.receive(kPeer, fixture.yield(kPeer), now_at(fixture.now)));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].wait_ms == 30'000U);
  std::vector<wire::InFlight> ended;
  for (const int until = fixture.now + 10'000; fixture.now < until && ended.empty(); fixture.now += 50) {
    ended = told_in_flight(fixture.node.tick(now_at(fixture.now)));
  }
  BOOST_REQUIRE(ended.size() == 1U);
  BOOST_TEST((ended[0].object == ObjectKey{7, 0}));
  BOOST_TEST(ended[0].wait_ms == 0U);
}

// I9: messages are bounded; a core that does not know of a running check would run it a second time.
BOOST_AUTO_TEST_CASE(many_checks_in_flight_are_told_in_several_epochs) {
  Awaiting fixture;
  wire::Yield yield;
  for (std::uint64_t host = 1; host <= 2 * CoreEpochs::kWaitsPerEpoch + 5; ++host) yield.in_flight.push_back({{host, 0}, 30'000, kPeer});
  std::vector<std::size_t> counts;
  for (const Action& action : fixture.node.receive(kPeer, yield, now_at(fixture.now))) {
    const auto* told = std::get_if<SendToCore>(&action);
    const auto* epoch = told == nullptr ? nullptr : std::get_if<wire::Epoch>(&told->message);
    if (epoch != nullptr) counts.push_back(epoch->in_flight.size());
  }
  BOOST_TEST(counts == (std::vector<std::size_t>{CoreEpochs::kWaitsPerEpoch, CoreEpochs::kWaitsPerEpoch, 5}),
             boost::test_tools::per_element());
}

// It went to another node and returned with the object, and may have ended meanwhile.
BOOST_AUTO_TEST_CASE(a_check_that_our_own_core_has_started_is_not_waited_for) {
  Awaiting fixture;
  BOOST_TEST(told_in_flight(fixture.node.receive(kPeer, fixture.yield(kSelf), now_at(fixture.now))).empty());
}

BOOST_AUTO_TEST_CASE(a_check_at_a_node_that_is_lost_already_is_not_waited_for) {
  Awaiting fixture;
  fixture.peer_says({kSelf, kThird}, true, fixture.now);
  fixture.peer_says({kSelf, kThird}, true, fixture.now + 50);
  const auto told = told_in_flight(fixture.node.receive(kPeer, fixture.yield(kThird), now_at(fixture.now + 60)));
  BOOST_TEST(told.size() == 1U, "the third is there");
  for (const int until = fixture.now + 20'000; fixture.now < until; fixture.now += 50) fixture.heartbeat();
  BOOST_REQUIRE(!fixture.sees(kThird, fixture.now)->active);
  BOOST_TEST(told_in_flight(fixture.node.receive(kPeer, fixture.yield(kThird), now_at(fixture.now))).empty());
}

BOOST_AUTO_TEST_CASE(the_stricter_policy_of_a_configured_node_holds_for_all) {
  Fixture fixture;
  wire::NodeInfo info;
  info.node_id = kPeer;
  info.voters = {kSelf, kPeer, kThird};
  std::sort(info.voters.begin(), info.voters.end());
  fixture.node.receive(kPeer, info, now_at(100));
  BOOST_TEST(!fixture.node.view(now_at(100)).majority);
  BOOST_TEST(!fixture.sees(kPeer, 100)->other_voters);
  info.majority = true;
  info.voters.pop_back();
  fixture.node.receive(kPeer, info, now_at(200));
  BOOST_TEST(fixture.node.view(now_at(200)).majority);
  BOOST_TEST(fixture.sees(kPeer, 200)->other_voters);
  BOOST_TEST(fixture.sees(kPeer, 200)->majority.value());
  fixture.node.set_settings(settings({kThird}), now_at(300));  // our file no longer names it
  BOOST_TEST(!fixture.node.view(now_at(300)).majority);
}

BOOST_AUTO_TEST_CASE(no_heartbeat_makes_our_term_begin_anew) {
  Fixture fixture({kPeer});
  wire::Heartbeat hostile = heartbeat_of(kPeer, 1);
  hostile.term = std::numeric_limits<std::uint64_t>::max();
  hostile.wall_ms = std::numeric_limits<std::int64_t>::min();
  fixture.node.receive(kPeer, hostile, now_at(100));
  const std::uint64_t term = fixture.node.view(now_at(200)).term;
  BOOST_TEST(term > 1'000'000U);
  fixture.node.set_settings(settings({}), now_at(300));  // a change of the cluster, and so a new term
  BOOST_TEST(fixture.node.view(now_at(300)).term == term + 1);
}

// Its rows may arrive through a relay before its first direct heartbeat.
BOOST_AUTO_TEST_CASE(the_clock_of_a_node_is_known_by_a_heartbeat_that_another_has_relayed) {
  Fixture fixture;
  wire::Heard third = heard(kThird, 5, 500);
  third.heartbeat.push_back(heartbeat_of(kThird, 1));
  third.heartbeat[0].wall_ms = now_at(100).wall.time_since_epoch().count() + 3'600'000 - 500;
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, 1);
  heartbeat.heard.push_back(third);
  fixture.node.receive(kPeer, heartbeat, now_at(100));
  const std::optional<NodeView> seen = fixture.sees(kThird, 100);
  BOOST_REQUIRE(seen.has_value());
  BOOST_REQUIRE(seen->clock_offset.has_value());
  BOOST_TEST(seen->clock_offset->count() == 3'600'000);
}

// ---- the store

namespace {

wire::Register comment(std::uint64_t item) {
  wire::Register content;
  content.object = {42, 0};
  content.kind = wire::RegisterKind::comment;
  content.item = item;
  content.version = {1, 1, item, kSelf};
  content.value = wire::encode(wire::CommentRegister{});
  return content;
}

wire::Register checked() {
  wire::Register content;
  content.object = {host_key("web"), 0};
  content.version = {1, 1, 9, kPeer};
  content.value = wire::encode(wire::CheckRegister{});
  return content;
}

// Starts with a store last written `away` before now, with two comments; the peer, which is ready, has the first of them.
struct Returning {
  explicit Returning(Millis away, bool peer_is_there = true) : node(settings({kPeer}), {}, kInstance, 9, now_at(0)) {
    Stored stored;
    stored.rows = {comment(1), comment(2), checked()};
    stored.saved_ms = now_at(0).wall.time_since_epoch().count() - away.count();
    node.restore(std::move(stored), now_at(0));
    node.start(now_at(0));
    wire::CoreHello hello;
    hello.boot_id = 3;
    node.core_connected(hello, now_at(0));
    wire::Inventory inventory;
    inventory.last = true;
    inventory.hosts.push_back({"web", {}});
    node.receive_core(inventory, now_at(0));
    node.receive_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 1}, now_at(0));
    for (int now = 50; now <= 40'000; now += 50) step(now, peer_is_there);
  }
  void step(int now, bool peer_is_there) {
    if (peer_is_there && now == 100) {
      take(node.link_up(kPeer, now_at(now)), now);
      take(node.receive(kPeer, wire::Rows{77, 1, wire::RowStream::compare, {comment(1)}}, now_at(now)), now);
    }
    if (peer_is_there && now % 500 == 0) {
      wire::Heartbeat heartbeat = heartbeat_of(kPeer, static_cast<std::uint64_t>(now));
      heartbeat.phase = wire::NodePhase::ready;
      take(node.receive(kPeer, heartbeat, now_at(now)), now);
    }
    if (now % 1'000 == 0) take(node.receive_core(wire::CoreHeartbeat{}, now_at(now)), now);
    take(node.tick(now_at(now)), now);
  }
  // The store writes everything.
  void take(const Actions& actions, int now) {
    for (const Action& action : actions) {
      if (const auto* log = std::get_if<Log>(&action)) warnings += log->level == LogLevel::warning ? log->line : "";
      if (const auto* said = std::get_if<SendToCore>(&action)) {
        if (const auto* epoch = std::get_if<wire::Epoch>(&said->message)) epochs.push_back(*epoch);
      }
      if (const auto* sent = std::get_if<SendToPeer>(&action)) {
        const auto* rows = std::get_if<wire::Rows>(&sent->message);
        for (const wire::Register& row : rows == nullptr ? std::vector<wire::Register>{} : rows->rows) {
          told_deleted += rows->stream == wire::RowStream::live && row.rank != 0 ? 1 : 0;
        }
      }
      const auto* save = std::get_if<Save>(&action);
      if (save == nullptr) continue;
      for (const wire::Register& row : save->rows) deleted += row.rank != 0 ? 1 : 0;
      take(node.saved(save->ticket, true, now_at(now)), now);
    }
  }

  Node node;
  std::string warnings;
  std::vector<wire::Epoch> epochs;
  int deleted = 0;
  int told_deleted = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(who_was_away_past_the_retention_deletes_what_the_others_no_longer_have) {
  const Returning returning(Millis{8 * 24 * 60 * 60 * 1000});
  BOOST_TEST(returning.node.view(now_at(40'000)).rows == 3u);
  BOOST_TEST(returning.deleted == 1);
  BOOST_TEST(returning.told_deleted == 1, "at once, not by the next comparison");
  BOOST_TEST(returning.warnings.find("1 comments and downtimes that no other node has are deleted") != std::string::npos,
             returning.warnings);
}

BOOST_AUTO_TEST_CASE(who_was_away_for_less_keeps_what_it_has) {
  const Returning returning(Millis{6 * 24 * 60 * 60 * 1000});
  BOOST_TEST(returning.node.view(now_at(40'000)).rows == 3u);
  BOOST_TEST(returning.deleted == 0);
}

// Its core never confirms its rows.
BOOST_AUTO_TEST_CASE(what_a_core_takes_up_waits_for_the_row_that_is_on_its_way) {
  const Returning returning(Millis{1000}, false);
  BOOST_REQUIRE(!returning.epochs.empty());
  const wire::Epoch& first = returning.epochs.front();
  BOOST_REQUIRE(first.added.size() == 1u);
  BOOST_REQUIRE(first.in_flight.size() == 1u);
  BOOST_TEST((first.in_flight[0].object == checked().object));
  BOOST_TEST(first.in_flight[0].wait_ms == 2000u);
}

BOOST_AUTO_TEST_CASE(a_cluster_that_was_off_past_the_retention_keeps_what_it_has) {
  const Returning returning(Millis{8 * 24 * 60 * 60 * 1000}, false);
  BOOST_TEST(returning.node.view(now_at(40'000)).rows == 3u);
  BOOST_TEST(returning.deleted == 0);
}
