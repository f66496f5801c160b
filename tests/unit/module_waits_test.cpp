// Checks that still run elsewhere, results that come from there, and when a check is due again.
#include "module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

BOOST_FIXTURE_TEST_CASE(a_released_check_in_flight_is_named_and_a_held_one_waits, Talk) {
  connect();
  follow({host_key("web")});
  module->check_started(http);
  core.objects[http].schedule.executing = true;
  core.pass(Millis{10000});
  follow({host_key("db")}, {{{host_key("db"), service_key("db", "sql")}, 4000000000u, {}}});
  const auto claims = said<wire::CoreClaims>().back();
  BOOST_REQUIRE(claims.in_flight.size() == 1u);
  BOOST_TEST((claims.in_flight[0].object == ObjectKey{host_key("web"), service_key("web", "http")}));
  BOOST_TEST(claims.in_flight[0].wait_ms <= 25000u);
  BOOST_TEST(claims.in_flight[0].wait_ms > 20000u);
  BOOST_TEST(!core.objects[http].obsesses);
  module->check_done(http, true, wire::CheckResult{});
  BOOST_TEST(core.objects[http].obsesses);
  // However long the daemon says: a time-out and the allowance.
  BOOST_TEST(module->veto_check(sql));
  BOOST_TEST(core.objects[sql].moves.back().first <= core.seconds() + 36);
  BOOST_TEST(core.objects[sql].moves.back().first >= core.seconds() + 34);
  core.pass(Millis{35000});
  run(3);
  BOOST_TEST(!module->veto_check(sql));
}

BOOST_FIXTURE_TEST_CASE(what_ran_at_a_node_that_was_lost_is_due_at_once, Talk) {
  connect();
  const NodeId there{{2}};
  const ObjectKey key{host_key("db"), service_key("db", "sql")};
  core.objects[sql].schedule.next_check = core.seconds();
  follow({host_key("db")}, {{key, 20'000, there}});
  BOOST_REQUIRE(module->veto_check(sql));
  BOOST_REQUIRE(core.objects[sql].moves.back().first >= core.seconds() + 19);
  follow({host_key("db")}, {{key, 0, there}});
  run(3);
  BOOST_TEST(core.objects[sql].moves.back().first <= core.seconds());
  BOOST_TEST(!module->veto_check(sql));
}

// F32: the core shifts what it planned after the jump as well.
BOOST_FIXTURE_TEST_CASE(a_check_that_a_jump_of_the_clock_has_put_off_is_planned_anew, Talk) {
  connect();
  follow({host_key("db")});
  run(3);
  core.objects[sql].schedule.interval = core.objects[http].schedule.interval = 60;
  core.objects[sql].schedule.next_check = core.objects[http].schedule.next_check = core.seconds() + 60 + 3600;
  run(3);
  BOOST_TEST(core.objects[sql].moves.empty(), "without a jump that is the core's will");
  core.clock.wall += Millis{3'600'000};
  core.objects[sql].schedule.next_check = core.objects[http].schedule.next_check = core.seconds() + 60 + 3600;
  run(3);
  BOOST_REQUIRE(!core.objects[sql].moves.empty());
  BOOST_TEST(core.objects[sql].moves.back().first <= core.seconds() + 60);
  BOOST_TEST(core.objects[http].moves.empty(), "not ours");
  core.objects[sql].moves.clear();
  core.pass(Millis{20'000});
  run(1);
  core.objects[sql].schedule.next_check = core.seconds() + 3600;
  run(3);
  BOOST_TEST(core.objects[sql].moves.empty());
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
  BOOST_TEST(core.objects[sql].obsesses, "no result of it is still to come here");
}

BOOST_FIXTURE_TEST_CASE(a_row_of_another_node_is_no_end_of_a_check_that_runs_here, Talk) {
  connect();
  follow({host_key("web")});
  module->check_started(http);
  core.objects[http].schedule.executing = true;
  follow({host_key("db")});
  BOOST_TEST(!core.objects[http].obsesses);
  core.on_bring_in = [this](Index object) { module->check_done(object, true, std::nullopt); };  // as a core's broker does
  wire::RowsToCore rows;
  wire::CheckRegister state;
  state.has_been_checked = true;
  rows.live.push_back({{host_key("web"), service_key("web", "http")}, wire::RegisterKind::check, {9, 3, 1, {}}, 0, wire::encode(state)});
  daemon.say(rows);
  run(1);
  BOOST_TEST(core.shown.size() == 1u);
  BOOST_TEST(!core.objects[http].obsesses);
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
  BOOST_TEST(core.objects[sql].results == 1);
  const auto answer = said<wire::ResultsTaken>()[0];
  BOOST_TEST(answer.taken.size() == 1u);
  BOOST_TEST(answer.refused.size() == 1u, "its taker finds who runs it");
  run(2);
  daemon.read();
  const auto state = wire::decode<wire::CheckRegister>(said<wire::CoreRows>().back().rows.back().value);
  BOOST_REQUIRE(state->taken.size() == 1u);
  BOOST_TEST(state->taken[0].number == 9u);
  BOOST_TEST(!module->veto_check(sql));
}

// Its taker's clock was set back by an hour while it waited: no result is of a time to come.
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
    const wire::CheckResult& got = core.objects[sql].handed_in;
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
    return core.objects[sql].results;
  };
  core.objects[sql].schedule.last_check = core.seconds() - 5;
  BOOST_TEST(hand(false) == 0);
  BOOST_TEST(said<wire::ResultsTaken>().back().taken.size() == 1u);
  const auto state = wire::decode<wire::CheckRegister>(said<wire::CoreRows>().back().rows.back().value);
  BOOST_REQUIRE(state->taken.size() == 1u);
  BOOST_TEST(state->taken[0].number == 1u, "so that its taker keeps it no longer");
  BOOST_TEST(hand(true) == 1, "a passive one is made once");
  core.objects[sql].schedule.last_check = core.seconds() - 20;
  BOOST_TEST(hand(false) == 2);
  core.objects[sql].schedule.last_check = core.seconds() + 3600;
  BOOST_TEST(hand(false) == 3, "a clock was set back");
}

BOOST_FIXTURE_TEST_CASE(what_is_handed_on_and_what_runs_elsewhere_is_waited_for_while_the_daemon_is_away, Talk) {
  connect();
  follow({host_key("web")});
  module->check_done(sql, true, wire::CheckResult{});  // not ours: handed on
  follow({host_key("db")});
  BOOST_TEST(module->veto_check(sql));
  BOOST_TEST(core.objects[sql].moves.back().first <= core.seconds() + 6);
  daemon.say(wire::DaemonAway{8'000});
  run(1);
  BOOST_TEST(module->veto_check(sql));
  BOOST_TEST(core.objects[sql].moves.back().first >= core.seconds() + 13);
}
