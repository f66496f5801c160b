// The module's part (R8): holding, following, grace, isolated; and versions that make stale writers lose (R3).
#include <boost/test/unit_test.hpp>

#include "module/agent/core_side.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using Mode = CoreSide::Mode;

WallTime wall(std::int64_t milliseconds) { return WallTime{Millis{milliseconds}}; }

wire::Epoch epoch(std::uint64_t number, bool whole, std::vector<Unit> added, std::vector<Unit> removed = {}) {
  wire::Epoch epoch;
  epoch.number = number;
  epoch.term = 10 + number;
  epoch.side = 3;
  epoch.whole = whole;
  epoch.added = std::move(added);
  epoch.removed = std::move(removed);
  return epoch;
}

struct Fixture {
  CoreSide side{{}, at(0)};

  void follow(std::vector<Unit> units = {1, 2}) {
    side.on_welcome({});
    side.on_epoch(epoch(1, true, std::move(units)));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(core_side, Fixture)

BOOST_AUTO_TEST_CASE(just_loaded_it_runs_nothing_and_alone_after_start_hold_everything) {
  BOOST_TEST(!side.runs(1));
  BOOST_TEST(!side.tick(at(2999)).any());
  const auto change = side.tick(at(3000));
  BOOST_TEST(change.everything);
  BOOST_TEST(side.runs(1));
  BOOST_TEST(side.gate_open());
  BOOST_TEST(side.next_version(wall(5)).side == 0U);
}

BOOST_AUTO_TEST_CASE(told_to_hold_it_runs_nothing_alone) {
  side.set_settings({Millis{3000}, Millis{10'000}, false});
  side.tick(at(3000));
  BOOST_TEST((side.mode() == Mode::isolated));
  BOOST_TEST(!side.runs(1));
  BOOST_TEST(!side.gate_open());
}

BOOST_AUTO_TEST_CASE(a_connected_but_silent_daemon_is_waited_for_longer) {
  side.on_welcome({});
  BOOST_TEST(!side.tick(at(12'999)).any());
  BOOST_TEST(side.tick(at(13'000)).everything);
}

BOOST_AUTO_TEST_CASE(it_follows_epochs_in_order_and_only_those) {
  follow();
  const auto change = side.on_epoch(epoch(2, false, {3}, {1}));
  BOOST_TEST((change.added == std::vector<Unit>{3}));
  BOOST_TEST((change.removed == std::vector<Unit>{1}));
  BOOST_TEST(!side.on_epoch(epoch(2, false, {9})).any());
  BOOST_TEST(!side.on_epoch(epoch(4, false, {9})).any());
  BOOST_TEST(side.epoch() == 2U);
  BOOST_TEST(!side.runs(9));
  BOOST_TEST(side.on_epoch(epoch(5, true, {9})).whole);
  BOOST_TEST(!side.runs(3));
}

BOOST_AUTO_TEST_CASE(term_and_side_come_with_the_epoch_and_go_into_versions) {
  follow();
  side.on_epoch(epoch(2, false, {}));
  const wire::Version version = side.next_version(wall(5));
  BOOST_TEST(version.term == 12U);
  BOOST_TEST(version.side == 3U);
}

BOOST_AUTO_TEST_CASE(without_its_daemon_it_keeps_what_it_runs_for_the_grace_with_the_gate_closed) {
  follow();
  side.on_daemon_lost(at(1000));
  BOOST_TEST((side.mode() == Mode::grace));
  BOOST_TEST(!side.gate_open());
  BOOST_TEST(!side.tick(at(10'999)).any());
  BOOST_TEST(side.runs(1));
  BOOST_TEST(!side.runs(7));
  BOOST_TEST(side.tick(at(11'000)).everything);
  BOOST_TEST(side.runs(7));
}

BOOST_AUTO_TEST_CASE(an_announced_absence_prolongs_the_grace_by_at_most_a_minute) {
  follow();
  side.on_daemon_away(Millis{500'000}, at(1000));
  side.on_daemon_lost(at(1000));
  BOOST_TEST(!side.tick(at(60'999)).any());
  BOOST_TEST(side.tick(at(61'000)).any());
}

BOOST_AUTO_TEST_CASE(a_returning_daemon_finds_it_running_until_its_first_epoch) {
  follow();
  side.on_daemon_lost(at(1000));
  side.on_welcome({});
  BOOST_TEST(side.runs(1));
  BOOST_TEST(side.epoch() == 0U);
  const auto change = side.on_epoch(epoch(1, true, {2}));
  BOOST_TEST(change.whole);
  BOOST_TEST(!side.runs(1));
  BOOST_TEST((side.mode() == Mode::following));
}

// F30
BOOST_AUTO_TEST_CASE(versions_grow_though_the_clock_goes_back_and_beyond_all_that_was_seen) {
  follow();
  const wire::Version first = side.next_version(wall(1'000'000));
  const wire::Version second = side.next_version(wall(5));
  BOOST_TEST((first < second));
  wire::Version other = second;
  other.hlc += 1'000'000'000;
  side.observe(other);
  BOOST_TEST((other < side.next_version(wall(5))));
}

BOOST_AUTO_TEST_CASE(its_clock_starts_above_what_the_daemon_has_seen) {
  wire::CoreWelcome welcome;
  welcome.hlc_floor = hlc_of(wall(900'000));
  side.on_welcome(welcome);
  BOOST_TEST(side.next_version(wall(5)).hlc > welcome.hlc_floor);
}

BOOST_AUTO_TEST_SUITE_END()
