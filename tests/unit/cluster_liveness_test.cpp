// Which nodes are active (R2): a table of cases, each with another node's heartbeats and the expected result.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/membership/liveness.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr Millis kHeartbeat{1000};

wire::Heard heard_self(std::uint32_t age = 0, bool direct = true) {
  wire::Heard self = heard(kSelf, kInstance, age);
  self.direct = direct;
  return self;
}

// `heartbeat` as relayed by `via`.
wire::Heard passed_on(const wire::Heartbeat& heartbeat, std::uint32_t age) {
  wire::Heard heard;
  heard.node_id = heartbeat.node_id;
  heard.instance = heartbeat.instance;
  heard.number = heartbeat.number;
  heard.age_ms = age;
  heard.direct = true;
  heard.heartbeat.push_back(heartbeat);
  return heard;
}

struct Listening {
  Liveness liveness{kSelf, kInstance, kHeartbeat};

  void meet(std::uint64_t number = 1, int when = 0) {
    liveness.link_up(kPeer, at(when));
    liveness.heartbeat_from(heartbeat_of(kPeer, number), at(when));
  }
  bool active(int when) { return liveness.judge(kPeer, at(when)).active; }
  Why why(int when) { return liveness.judge(kPeer, at(when)).why; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(liveness, Listening)

BOOST_AUTO_TEST_CASE(never_heard_is_not_active) {
  BOOST_TEST(!active(0));
  BOOST_TEST((why(0) == Why::never_heard));
}

// L1
BOOST_AUTO_TEST_CASE(silence_is_noticed_after_three_of_its_intervals_and_not_before) {
  meet();
  BOOST_TEST(active(2999));
  BOOST_TEST(!active(3000));
  BOOST_TEST((why(3000) == Why::silent));
}

BOOST_AUTO_TEST_CASE(any_bytes_are_life_of_the_daemon_but_not_of_its_core) {
  meet();
  for (int when = 500; when <= 20'000; when += 500) liveness.bytes_from(kPeer, at(when));
  BOOST_TEST(!active(20'000));
  BOOST_TEST((why(20'000) == Why::core_stalled));
}

BOOST_AUTO_TEST_CASE(a_relayed_heartbeat_keeps_a_node_active_for_four_intervals) {
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 1), 200), at(0));
  BOOST_TEST(active(3700));
  BOOST_TEST(!active(3800));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_that_came_directly_too_is_no_newer_for_being_relayed) {
  meet(1, 0);
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 1), 0), at(0));
  BOOST_TEST(active(2999));
  BOOST_TEST(!active(3000));
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 2), 0), at(3000));
  BOOST_TEST(active(6999));
  BOOST_TEST(!active(7000));
}

BOOST_AUTO_TEST_CASE(a_relayed_heartbeat_is_named_with_the_node_that_relays) {
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 1), 200), at(0));
  BOOST_TEST((liveness.judge(kPeer, at(0)).via == kThird));
}

BOOST_AUTO_TEST_CASE(a_silent_node_is_not_heard_through_anybody) {
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 1), 200), at(0));
  BOOST_TEST((why(4000) == Why::silent));
  BOOST_TEST(!liveness.judge(kPeer, at(4000)).via);
  liveness.away(kPeer, Millis{10'000}, at(4000));
  BOOST_TEST((why(4000) == Why::away));
  BOOST_TEST(!liveness.judge(kPeer, at(4000)).via);
}

BOOST_AUTO_TEST_CASE(a_node_is_told_the_age_of_its_own_heartbeat_while_heartbeats_come_and_others_when_it_was_heard_at_all) {
  meet();
  liveness.bytes_from(kPeer, at(1500));
  liveness.link_up(kThird, at(0));
  wire::Heard hears_peer;
  hears_peer.node_id = kPeer;
  hears_peer.direct = true;
  wire::Heartbeat third = heartbeat_of(kThird, 1);
  third.heard.push_back(hears_peer);
  liveness.heartbeat_from(third, at(1500));
  const auto age_told_to = [&](const NodeId& reader, int now) {
    for (const wire::Heard& heard : liveness.heard_table(reader, at(now))) {
      if (heard.node_id == kPeer) return heard.age_ms;
    }
    return 0U;
  };
  BOOST_TEST(age_told_to(kPeer, 1600) == 1600U);
  BOOST_TEST(age_told_to(kThird, 1600) == 100U);
  BOOST_TEST(age_told_to(kPeer, 2100) == 600U);
}

BOOST_AUTO_TEST_CASE(a_relayed_older_heartbeat_does_not_outvote_a_newer_direct_one) {
  wire::Heartbeat gone = heartbeat_of(kPeer, 1);
  gone.core = wire::CoreHealth::gone;
  meet(2, 0);
  liveness.relayed_heartbeat(kThird, passed_on(gone, 0), at(10));
  BOOST_TEST(active(20));
}

BOOST_AUTO_TEST_CASE(the_word_of_a_replaced_daemon_counts_for_nothing) {
  wire::Heartbeat fresh = heartbeat_of(kPeer, 1);
  fresh.instance = 6;
  fresh.heard.clear();
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 50), 0), at(0));
  liveness.link_up(kPeer, at(100));
  liveness.heartbeat_from(fresh, at(100));
  BOOST_TEST(!active(200));
}

BOOST_AUTO_TEST_CASE(a_dead_core_is_seen_with_the_heartbeat_that_says_so) {
  meet();
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, 2);
  heartbeat.core = wire::CoreHealth::gone;
  liveness.heartbeat_from(heartbeat, at(100));
  BOOST_TEST((why(100) == Why::core_gone));
}

BOOST_AUTO_TEST_CASE(an_announced_busy_core_is_excused_as_long_as_it_said) {
  meet();
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, 2);
  heartbeat.core = wire::CoreHealth::busy;
  heartbeat.excused_ms = 2500;
  heartbeat.core_loop_age_ms = 60'000;
  liveness.heartbeat_from(heartbeat, at(0));
  BOOST_TEST(active(2400));
  BOOST_TEST(liveness.excused_until(kPeer, at(2400)).has_value());
  BOOST_TEST(!liveness.excused_until(kPeer, at(2600)).has_value());
  BOOST_TEST(!active(2600));
}

// F12
BOOST_AUTO_TEST_CASE(a_one_way_cut_is_a_cut) {
  meet();
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, 2);
  heartbeat.heard = {heard_self(3100)};
  liveness.heartbeat_from(heartbeat, at(1000));
  BOOST_TEST((why(1000) == Why::does_not_hear_us));
}

BOOST_AUTO_TEST_CASE(hearing_an_older_instance_of_ours_is_not_hearing_us) {
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, 1);
  heartbeat.heard.front().instance = kInstance - 1;
  liveness.link_up(kPeer, at(0));
  liveness.heartbeat_from(heartbeat, at(0));
  BOOST_TEST((why(0) == Why::does_not_hear_us));
}

BOOST_AUTO_TEST_CASE(being_heard_through_a_third_node_is_enough) {
  wire::Heartbeat heartbeat = heartbeat_of(kPeer, 1);
  heartbeat.heard = {heard_self(3500, false)};
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat, 0), at(0));
  BOOST_TEST(active(0));
}

BOOST_AUTO_TEST_CASE(a_link_closed_by_its_end_is_a_dead_daemon_after_one_heartbeat) {
  meet();
  liveness.link_down(kPeer, true, at(500));
  BOOST_TEST(active(1400));
  BOOST_TEST(!active(1500));
  BOOST_TEST((why(1500) == Why::link_closed));
}

BOOST_AUTO_TEST_CASE(a_closed_link_means_nothing_when_somebody_hears_the_node_after_it) {
  meet();
  liveness.link_down(kPeer, true, at(500));
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 2), 100), at(900));
  BOOST_TEST(active(1600));
}

// Its TCP has closed a link that was broken for long.
BOOST_AUTO_TEST_CASE(a_link_that_is_closed_while_others_hear_the_node_is_no_loss) {
  meet();
  for (std::uint64_t number = 2; number < 6; ++number) {
    liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, number), 100), at(static_cast<int>(number) * 1000));
  }
  BOOST_TEST(active(5400));
  liveness.link_down(kPeer, true, at(5500));
  BOOST_TEST(active(5500));
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 6), 100), at(6000));
  BOOST_TEST(active(7000));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_from_before_the_closing_does_not_help) {
  meet();
  liveness.link_down(kPeer, true, at(500));
  liveness.relayed_heartbeat(kThird, passed_on(heartbeat_of(kPeer, 2), 800), at(900));
  BOOST_TEST(!active(1600));
}

BOOST_AUTO_TEST_CASE(a_link_that_we_gave_up_says_nothing_of_the_node) {
  meet();
  liveness.link_down(kPeer, false, at(500));
  BOOST_TEST(active(2900));
  BOOST_TEST(!active(3000));
}

BOOST_AUTO_TEST_CASE(an_announced_absence_keeps_a_node_for_its_time) {
  meet();
  liveness.away(kPeer, Millis{20'000}, at(0));
  liveness.link_down(kPeer, true, at(1));
  BOOST_TEST((why(19'000) == Why::away));
  BOOST_TEST(active(19'999));
  BOOST_TEST(!active(20'000));
}

// F04
BOOST_AUTO_TEST_CASE(a_late_loop_moves_the_deadlines) {
  meet();
  liveness.shift(Millis{10'000}, at(10'000));
  BOOST_TEST(active(12'900));
  BOOST_TEST(!active(13'000));
}

BOOST_AUTO_TEST_CASE(what_was_read_after_a_late_loop_gets_no_extra_time) {
  meet();
  liveness.heartbeat_from(heartbeat_of(kPeer, 2), at(10'000));
  liveness.shift(Millis{10'000}, at(10'000));
  BOOST_TEST(!active(13'000));
}

// F54
BOOST_AUTO_TEST_CASE(a_repeated_or_older_number_is_not_news) {
  meet(7);
  BOOST_TEST(!liveness.heartbeat_from(heartbeat_of(kPeer, 7), at(100)));
  BOOST_TEST(!liveness.heartbeat_from(heartbeat_of(kPeer, 6), at(100)));
  BOOST_TEST(liveness.heartbeat_from(heartbeat_of(kPeer, 8), at(100)));
}

// F07
BOOST_AUTO_TEST_CASE(each_loss_doubles_the_hold_up_to_five_minutes) {
  for (int loss = 0; loss < 9; ++loss) {
    liveness.note_lost(kPeer, at(loss * 1000));
    const Millis expected = std::min(Millis{5000 << loss}, Millis{300'000});
    BOOST_TEST(liveness.hold_for(kPeer, at(loss * 1000)).count() == expected.count());
  }
}

BOOST_AUTO_TEST_CASE(a_hold_runs_from_the_return_and_losses_are_forgotten_after_ten_minutes) {
  liveness.note_lost(kPeer, at(0));
  liveness.note_returned(kPeer, at(60'000));
  BOOST_TEST(liveness.hold_for(kPeer, at(62'000)).count() == 3000);
  BOOST_TEST(liveness.hold_for(kPeer, at(66'000)).count() == 0);
  liveness.note_lost(kPeer, at(700'000));
  BOOST_TEST(liveness.hold_for(kPeer, at(700'000)).count() == 5000);
}

// Otherwise a node with slow heartbeats would seem unheard between two of them.
BOOST_AUTO_TEST_CASE(whether_another_hears_a_node_goes_by_the_interval_of_that_node) {
  wire::Heartbeat quick = heartbeat_of(kPeer, 1);
  quick.interval_ms = 200;
  quick.heard = {heard_self(2'900)};
  liveness.link_up(kPeer, at(0));
  liveness.heartbeat_from(quick, at(0));
  BOOST_TEST(liveness.other_hears(kPeer, kSelf, at(0)));
  quick.number = 2;
  quick.heard = {heard_self(3'000)};
  liveness.heartbeat_from(quick, at(10));
  BOOST_TEST(!liveness.other_hears(kPeer, kSelf, at(10)));
}

BOOST_AUTO_TEST_CASE(whole_heartbeats_are_passed_on_only_to_those_who_do_not_hear_the_node) {
  meet();
  liveness.link_up(kThird, at(0));
  wire::Heartbeat third = heartbeat_of(kThird, 1);
  liveness.heartbeat_from(third, at(0));
  const auto has_heartbeat = [&] {
    for (const wire::Heard& heard : liveness.heard_table(kThird, at(10))) {
      if (heard.node_id == kPeer) return !heard.heartbeat.empty();
    }
    return false;
  };
  BOOST_TEST(has_heartbeat());
  wire::Heard hears_peer;
  hears_peer.node_id = kPeer;
  hears_peer.direct = true;
  third.number = 2;
  third.heard.push_back(hears_peer);
  liveness.heartbeat_from(third, at(5));
  BOOST_TEST(!has_heartbeat());
}

BOOST_AUTO_TEST_SUITE_END()
