// Checks that still run on other nodes, their results, and when a check is due again.
#include "tests/unit/module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

BOOST_FIXTURE_TEST_CASE(a_released_check_in_flight_is_named_and_a_held_one_waits, Talk) {
  connect();
  follow({host_key("web")});
  module->check_started(kHttp);
  core.objects[kHttp].schedule.executing = true;
  core.pass(Millis{10000});
  follow({host_key("db")}, {{{host_key("db"), service_key("db", "sql")}, 4000000000u, {}}});
  const auto claims = said<wire::CoreClaims>().back();
  BOOST_REQUIRE(claims.in_flight.size() == 1u);
  BOOST_TEST((claims.in_flight[0].object == ObjectKey{host_key("web"), service_key("web", "http")}));
  BOOST_TEST(claims.in_flight[0].wait_ms <= 25000u);
  BOOST_TEST(claims.in_flight[0].wait_ms > 20000u);
  module->check_done(kHttp, true, wire::CheckResult{});
  // Whatever the daemon announces, at most a time-out and the allowance.
  BOOST_TEST(module->veto_check(kSql));
  BOOST_TEST(core.objects[kSql].moves.back().first <= core.seconds() + 36);
  BOOST_TEST(core.objects[kSql].moves.back().first >= core.seconds() + 34);
  core.pass(Millis{35000});
  run(3);
  BOOST_TEST(!module->veto_check(kSql));
}

BOOST_FIXTURE_TEST_CASE(what_ran_at_a_node_that_was_lost_is_due_at_once, Talk) {
  connect();
  const NodeId there{{2}};
  const ObjectKey key{host_key("db"), service_key("db", "sql")};
  core.objects[kSql].schedule.next_check = core.seconds();
  follow({host_key("db")}, {{key, 20'000, there}});
  BOOST_REQUIRE(module->veto_check(kSql));
  BOOST_REQUIRE(core.objects[kSql].moves.back().first >= core.seconds() + 19);
  follow({host_key("db")}, {{key, 0, there}});
  run(3);
  BOOST_TEST(core.objects[kSql].moves.back().first <= core.seconds());
  BOOST_TEST(!module->veto_check(kSql));
}

// Found by the simulator: the previous owner's result arrived while the object still waited for its turn.
BOOST_FIXTURE_TEST_CASE(an_overdue_check_whose_result_comes_meanwhile_is_not_run_again, Talk) {
  for (FakeObject& object : core.objects) object.schedule.next_check = core.seconds() - 5;
  begin();
  core.on_process = [this](Index object) { module->check_done(object, true, std::nullopt); };
  connect();
  follow({host_key("web"), host_key("db"), host_key("alone")});
  Index waits = kNoObject;
  for (Index object = 0; object < core.objects.size(); ++object) {
    if (core.objects[object].moves.empty()) waits = object;
  }
  BOOST_REQUIRE(waits != kNoObject);
  wire::ForwardedResult forwarded;
  forwarded.number = 9;
  forwarded.result.object = Objects(core).key(waits);
  daemon.say(wire::ResultsToCore{{forwarded}});
  run(40);
  BOOST_TEST(core.objects[waits].results == 1);
  BOOST_TEST(core.objects[waits].moves.empty());
}

// F32, found by the simulator: the core shifts the time of a result that arrived before it noticed the jump, and then skips the host.
BOOST_FIXTURE_TEST_CASE(a_last_check_that_a_jump_of_the_clock_has_moved_ahead_is_corrected, Talk) {
  connect();
  follow({host_key("db")});
  run(3);
  core.clock.wall += Millis{3'600'000};
  core.objects[kDbHost].schedule.last_check = core.objects[kWeb].schedule.last_check = core.seconds() + 3600;
  run(3);
  BOOST_TEST(core.objects[kDbHost].schedule.last_check <= core.seconds());
  BOOST_TEST(core.objects[kWeb].schedule.last_check > core.seconds(), "not ours");
}

// F32: the core also shifts what it planned after the jump.
BOOST_FIXTURE_TEST_CASE(a_check_that_a_jump_of_the_clock_has_put_off_is_planned_anew, Talk) {
  connect();
  follow({host_key("db")});
  run(3);
  core.objects[kSql].schedule.interval = core.objects[kHttp].schedule.interval = 60;
  core.objects[kSql].schedule.next_check = core.objects[kHttp].schedule.next_check = core.seconds() + 60 + 3600;
  run(3);
  BOOST_TEST(core.objects[kSql].moves.empty(), "without a jump that is the core's will");
  core.clock.wall += Millis{3'600'000};
  core.objects[kSql].schedule.next_check = core.objects[kHttp].schedule.next_check = core.seconds() + 60 + 3600;
  run(3);
  BOOST_REQUIRE(!core.objects[kSql].moves.empty());
  BOOST_TEST(core.objects[kSql].moves.back().first <= core.seconds() + 60);
  BOOST_TEST(core.objects[kHttp].moves.empty(), "not ours");
  core.objects[kSql].moves.clear();
  core.pass(Millis{20'000});
  run(1);
  core.objects[kSql].schedule.next_check = core.seconds() + 3600;
  run(3);
  BOOST_TEST(core.objects[kSql].moves.empty());
}

BOOST_FIXTURE_TEST_CASE(what_still_runs_at_the_owner_before_is_passed_on_to_the_next, Talk) {
  connect();
  const NodeId there{{2}};
  follow({host_key("db")}, {{{host_key("db"), service_key("db", "sql")}, 20'000, there}});
  core.pass(Millis{4'000});
  follow({host_key("web")});
  const auto claims = said<wire::CoreClaims>().back();
  BOOST_REQUIRE(claims.in_flight.size() == 1u);
  BOOST_TEST((claims.in_flight[0].object == ObjectKey{host_key("db"), service_key("db", "sql")}));
  BOOST_TEST(claims.in_flight[0].wait_ms <= 16'000u);
  BOOST_TEST(claims.in_flight[0].wait_ms > 14'000u);
  BOOST_TEST((claims.in_flight[0].runner == there));
}

BOOST_FIXTURE_TEST_CASE(a_row_of_another_node_is_no_end_of_a_check_that_runs_here, Talk) {
  connect();
  follow({host_key("web")});
  module->check_started(kHttp);
  core.objects[kHttp].schedule.executing = true;
  follow({host_key("db")});
  core.on_bring_in = [this](Index object) { module->check_done(object, true, std::nullopt); };  // as a core's broker does
  wire::RowsToCore rows;
  wire::CheckRegister state;
  state.has_been_checked = true;
  rows.live.push_back({{host_key("web"), service_key("web", "http")}, wire::RegisterKind::check, {9, 3, 1, {}}, 0, wire::encode(state)});
  daemon.say(rows);
  run(1);
  BOOST_TEST(core.shown.size() == 1u);
  BOOST_TEST(core.obsessed.empty());
  follow({host_key("web")});
  follow({});
  BOOST_TEST(said<wire::CoreClaims>().back().in_flight.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_forwarded_result_ends_the_wait_and_is_processed_once, Talk) {
  connect();
  follow({host_key("db")}, {{{host_key("db"), service_key("db", "sql")}, 20000, {}}});
  wire::ForwardedResult forwarded;
  forwarded.number = 9;
  forwarded.result.object = {host_key("db"), service_key("db", "sql")};
  wire::ForwardedResult unknown = forwarded;
  unknown.result.object = {1, 2};
  daemon.say(wire::ResultsToCore{{forwarded, unknown}});
  run(1);
  daemon.read();
  BOOST_TEST(core.objects[kSql].results == 1);
  const auto answer = said<wire::ResultsTaken>()[0];
  BOOST_TEST(answer.taken.size() == 1u);
  BOOST_TEST(answer.refused.size() == 1u, "its taker finds who runs it");
  run(2);
  daemon.read();
  const auto state = wire::decode<wire::CheckRegister>(said<wire::CoreRows>().back().rows.back().value);
  BOOST_REQUIRE(state->taken.size() == 1u);
  BOOST_TEST(state->taken[0].number == 9u);
  BOOST_TEST(!module->veto_check(kSql));
}

// The receiving node's clock was set back by an hour while the result waited: no result is from the future.
BOOST_FIXTURE_TEST_CASE(a_forwarded_result_is_as_old_as_it_was_when_it_was_sent, Talk) {
  connect();
  follow({host_key("db")});
  wire::ForwardedResult forwarded;
  forwarded.result.object = {host_key("db"), service_key("db", "sql")};
  forwarded.result.sent_ms = 100'000;
  const auto hand = [&](std::int64_t start_ms, std::int64_t finish_ms) {
    ++forwarded.number;
    forwarded.result.start_ms = start_ms;
    forwarded.result.finish_ms = finish_ms;
    const std::int64_t now = core.clock.wall.time_since_epoch().count();
    daemon.say(wire::ResultsToCore{{forwarded}});
    turns();
    const wire::CheckResult& got = core.objects[kSql].handed_in;
    return std::pair(now - got.start_ms, now - got.finish_ms);
  };
  BOOST_TEST((hand(80'000, 90'000) == std::pair<std::int64_t, std::int64_t>{20'000, 10'000}));
  BOOST_TEST((hand(3'680'000, 3'690'000) == std::pair<std::int64_t, std::int64_t>{0, 0}));
}

BOOST_FIXTURE_TEST_CASE(a_forwarded_result_that_is_older_than_what_is_known_is_taken_and_changes_nothing, Talk) {
  connect();
  follow({host_key("db")});
  wire::ForwardedResult forwarded;
  forwarded.result.object = {host_key("db"), service_key("db", "sql")};
  forwarded.result.sent_ms = 100'000;
  forwarded.result.finish_ms = 90'000;  // ten seconds old
  const auto hand = [&](bool passive) {
    ++forwarded.number;
    forwarded.result.passive = passive;
    daemon.say(wire::ResultsToCore{{forwarded}});
    run(3);
    daemon.read();
    return core.objects[kSql].results;
  };
  core.objects[kSql].schedule.last_check = core.seconds() - 5;
  BOOST_TEST(hand(false) == 0);
  BOOST_TEST(said<wire::ResultsTaken>().back().taken.size() == 1u);
  const auto state = wire::decode<wire::CheckRegister>(said<wire::CoreRows>().back().rows.back().value);
  BOOST_REQUIRE(state->taken.size() == 1u);
  BOOST_TEST(state->taken[0].number == 1u, "so that its taker keeps it no longer");
  BOOST_TEST(hand(true) == 1, "a passive one is made once");
  core.objects[kSql].schedule.last_check = core.seconds() - 20;
  BOOST_TEST(hand(false) == 2);
  core.objects[kSql].schedule.last_check = core.seconds() + 3600;
  BOOST_TEST(hand(false) == 3, "a clock was set back");
}

// Found by the simulator: the core planned from the start of the late one, and ran the check twice within an interval.
BOOST_FIXTURE_TEST_CASE(a_late_result_of_an_earlier_check_does_not_move_the_next_one, Talk) {
  connect();
  follow({host_key("db")});
  wire::ForwardedResult forwarded;
  forwarded.result.object = {host_key("db"), service_key("db", "sql")};
  forwarded.result.sent_ms = forwarded.result.finish_ms = 100'000;
  forwarded.result.start_ms = 90'000;
  Schedule& schedule = core.objects[kSql].schedule;
  core.on_process = [&](Index) { schedule.next_check = core.seconds() + 50; };
  const auto due_after_it = [&] {
    ++forwarded.number;
    daemon.say(wire::ResultsToCore{{forwarded}});
    turns();
    return schedule.next_check - core.seconds();
  };
  schedule.last_check = core.seconds() - 4;
  schedule.next_check = core.seconds() + 56;
  BOOST_TEST(due_after_it() == 56);
  schedule.executing = true;
  BOOST_TEST(due_after_it() == 60, "until the running check plans the next one");
  schedule.executing = false;
  schedule.last_check = core.seconds() - 60;
  BOOST_TEST(due_after_it() == 50);
}

BOOST_FIXTURE_TEST_CASE(what_is_handed_on_and_what_runs_elsewhere_is_waited_for_while_the_daemon_is_away, Talk) {
  connect();
  follow({host_key("web")});
  module->check_done(kSql, true, wire::CheckResult{});  // not ours: forwarded
  follow({host_key("db")});
  BOOST_TEST(module->veto_check(kSql));
  BOOST_TEST(core.objects[kSql].moves.back().first <= core.seconds() + 6);
  daemon.say(wire::DaemonAway{8'000});
  run(1);
  BOOST_TEST(module->veto_check(kSql));
  BOOST_TEST(core.objects[kSql].moves.back().first >= core.seconds() + 13);
}
