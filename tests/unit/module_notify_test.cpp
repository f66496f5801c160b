// What becomes of what the core would tell: asked for by its owner, told once it is granted, and no later than that (R4).
#include <boost/test/unit_test.hpp>

#include "module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;
using Kind = wire::NotificationKind;
using Decision = wire::NotifyDecision;

namespace {

struct Notifying : Talk {
  Notifying() {
    config.pulse_interval = Millis{100};
    config.isolation_grace = Millis{1000};
    restart();
  }
  void restart() { module = std::make_unique<Module>(core, config, nullptr, 42); }
  void start() {
    connect();
    follow({host_key("web")});
    run(2);
    daemon.frames.clear();
  }

  // After it was silent for long: its first word makes the module begin anew.
  void come_back() {
    BOOST_REQUIRE(daemon.accept());
    daemon.say(wire::DaemonBeat{0});
    run(1);
    connect();
  }

  // What a core does at a result: counts, asks, and with a recovery begins anew.
  void result(Index object, int state) {
    wire::CheckRegister& shown = core.objects[object].state;
    shown.current_state = state;
    shown.state_type = 1;
    shown.has_been_checked = true;
    module->check_done(object, true, std::nullopt);
    if (state == 0 && shown.notified_on == 0) return;
    about_to_tell(object, state == 0 ? Kind::recovery : Kind::problem);
    if (state == 0) shown.notification_number = shown.notified_on = 0;
  }
  void about_to_tell(Index object, Kind kind, const std::string& text = "") {
    if (is_normal(kind)) ++core.objects[object].state.notification_number;
    module->stop_notification(object, {kind, text.empty() ? "" : "ann", text});
  }
  std::vector<wire::NotifyRequest> requests() {
    run(1);
    return said<wire::NotifyRequest>();
  }
  wire::NotifyRequest request() {
    const auto all = requests();
    BOOST_REQUIRE(!all.empty());
    return all.back();
  }
  void answer(const wire::NotifyRequest& request, Decision decision, std::uint32_t valid_ms = 4000) {
    daemon.say(wire::NotifyVerdict{request.request, decision, request.notification, valid_ms, 77});
    run(1);
  }
  // Not asked for here: of a node before.
  void owed(const wire::Notification& notification) {
    daemon.say(wire::NotifyVerdict{0, Decision::send, notification, 4000, 78});
    run(1);
  }
  const wire::CheckRegister& shown(Index object) { return core.objects[object].state; }
};

wire::Notification problem(std::uint32_t number, std::uint64_t start) {
  wire::Notification notification;
  notification.object = {host_key("web"), service_key("web", "http")};
  notification.number = number;
  notification.start = start;
  notification.state = 2;
  return notification;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_owners_problem_is_asked_for_behind_its_row_and_told_when_granted, Notifying) {
  start();
  result(http, 0);
  run(1);
  daemon.frames.clear();
  result(http, 2);
  BOOST_TEST(shown(http).notification_number == 0, "the core's count goes back");
  BOOST_TEST(core.told.empty());
  const wire::NotifyRequest asked = request();
  BOOST_TEST((asked.notification.kind == Kind::problem));
  BOOST_TEST(asked.notification.number == 1u);
  BOOST_TEST(asked.notification.start != 0u);
  BOOST_TEST(asked.notification.state == 2);
  BOOST_TEST(asked.epoch == 1u);
  bool row_before = false;
  for (const wire::Frame& frame : daemon.frames) {
    if (frame.type == static_cast<std::uint8_t>(wire::CoreRows::type_id)) row_before = true;
    if (frame.type == static_cast<std::uint8_t>(wire::NotifyRequest::type_id)) BOOST_TEST(row_before);
  }
  answer(asked, Decision::send);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].number == 1);
  const auto done = said<wire::NotifyDone>();
  BOOST_REQUIRE(done.size() == 1u);
  BOOST_TEST(done[0].sent);
  BOOST_TEST(done[0].contacts == 1u);
  BOOST_TEST(done[0].question == 77u);
  BOOST_TEST(done[0].notification.number == 1u);
  const auto rows = said<wire::CoreRows>();
  BOOST_TEST(wire::decode<wire::CheckRegister>(rows.back().rows.back().value)->notification_number == 1);
}

BOOST_FIXTURE_TEST_CASE(while_it_waits_the_same_is_not_asked_for_again, Notifying) {
  start();
  for (int i = 0; i < 5; ++i) result(http, 2);
  BOOST_TEST(requests().size() == 1u);
  core.pass(NotifierRequests::kSaidAgain);
  run(2);  // the daemon answers what is a stall to the module
  result(http, 2);
  BOOST_TEST(requests().size() == 2u, "unless the daemon must have lost it");
}

BOOST_FIXTURE_TEST_CASE(a_recovery_is_told_with_what_the_core_has_reset_meanwhile, Notifying) {
  start();
  result(http, 2);
  answer(request(), Decision::send);
  result(http, 2);
  answer(request(), Decision::send);
  const std::uint64_t start_of_problem = request().notification.start;
  result(http, 0);
  BOOST_TEST(shown(http).notification_number == 0);
  const wire::NotifyRequest asked = request();
  BOOST_TEST((asked.notification.kind == Kind::recovery));
  BOOST_TEST(asked.notification.number == 2u);
  BOOST_TEST(asked.notification.notified_on == 4u);
  BOOST_TEST(asked.notification.start == start_of_problem);
  answer(asked, Decision::send);
  BOOST_REQUIRE(core.told.size() == 3u);
  BOOST_TEST(core.told[2].number == 3);
  BOOST_TEST(core.told[2].notified_on == 5u);
  BOOST_TEST(shown(http).notification_number == 0);
  BOOST_TEST(shown(http).notified_on == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_problem_right_behind_a_recovery_is_another_one, Notifying) {
  start();
  result(http, 2);
  const wire::NotifyRequest first = request();
  answer(first, Decision::send);
  result(http, 0);
  result(http, 2);  // in the same turn of the loop
  const wire::NotifyRequest second = request();
  BOOST_TEST(second.notification.number == 1u);
  BOOST_TEST(second.notification.start > first.notification.start);
}

// Restarts put the version clock ahead of the wall, by minutes.
BOOST_FIXTURE_TEST_CASE(problems_are_told_apart_also_by_a_clock_that_is_ahead, Notifying) {
  ahead = std::uint64_t(core.clock.wall.time_since_epoch().count() + 600'000) << 16;
  start();
  result(http, 0);
  run(1);
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    result(http, 2);
    const wire::NotifyRequest asked = request();
    BOOST_TEST(asked.notification.start > last);
    last = asked.notification.start;
    // What nobody was told of needs no recovery to be told, and ends all the same.
    if (i == 0) answer(asked, Decision::send);
    result(http, 0);
    run(2);
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_no_longer_true_is_not_told, Notifying) {
  start();
  result(http, 2);
  const wire::NotifyRequest asked = request();
  result(http, 0);
  answer(asked, Decision::send);
  BOOST_TEST(core.told.empty());
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  // Of another problem than the one that is there now.
  run(1);
  result(http, 2);
  run(1);
  owed(problem(1, 5));
  BOOST_TEST(core.told.empty());
}

BOOST_FIXTURE_TEST_CASE(a_grant_that_comes_late_is_void_and_asked_for_again, Notifying) {
  start();
  result(http, 2);
  const wire::NotifyRequest asked = request();
  answer(asked, Decision::send, 40);
  run(2);
  BOOST_TEST(core.told.empty());
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  const auto again = requests();
  BOOST_REQUIRE(again.size() == 2u);
  BOOST_TEST(again[1].request == asked.request);
  answer(again[1], Decision::send);
  BOOST_TEST(core.told.size() == 1u);
}

// The core was stopped with the grant in its socket: by when it came is not known, so it counts from the turn before.
BOOST_FIXTURE_TEST_CASE(a_grant_that_waited_while_the_core_stood_still_is_void, Notifying) {
  start();
  result(http, 2);
  const wire::NotifyRequest asked = request();
  daemon.say(wire::NotifyVerdict{asked.request, Decision::send, asked.notification, 2000, 77});
  core.pass(Millis{3000});
  run(1);
  BOOST_TEST(core.told.empty());
  run(4);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  BOOST_TEST(!said<wire::NotifyDone>()[0].filtered, "that is not the word of the core's filters");
  BOOST_TEST(requests().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(in_doubt_after_a_stall_a_request_waits_and_is_not_lost, Notifying) {
  start();
  daemon.silent = true;
  core.pass(config.core_timeout);
  result(http, 2);
  BOOST_TEST(requests().empty());
  daemon.say(wire::DaemonBeat{1000});
  BOOST_TEST(requests().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(in_doubt_nothing_is_told_though_it_was_granted, Notifying) {
  start();
  result(http, 2);
  const wire::NotifyRequest asked = request();
  daemon.silent = true;
  core.pass(config.core_timeout);
  run(1);
  answer(asked, Decision::send);
  BOOST_TEST(core.told.empty());
  BOOST_TEST(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(requests().size() == 1u);
  daemon.silent = false;
  daemon.say(wire::DaemonBeat{1000});
  BOOST_TEST(requests().size() == 2u);
  answer(asked, Decision::send);
  BOOST_TEST(core.told.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(who_does_not_run_it_neither_asks_nor_counts, Notifying) {
  start();
  result(sql, 2);
  about_to_tell(sql, Kind::downtime_start);
  about_to_tell(sql, Kind::custom, "hear me");
  about_to_tell(http, Kind::acknowledgement, "known");
  BOOST_TEST(requests().empty());
  BOOST_TEST(shown(sql).notification_number == 0);
}

BOOST_FIXTURE_TEST_CASE(what_was_asked_for_goes_with_the_object_and_may_be_told_when_that_is_back, Notifying) {
  start();
  result(http, 2);
  const wire::NotifyRequest asked = request();
  follow({});
  answer(asked, Decision::send);
  BOOST_TEST(core.told.empty());
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  BOOST_TEST(!said<wire::NotifyDone>()[0].filtered);
  follow({host_key("web")});
  result(http, 2);
  const wire::NotifyRequest again = request();
  BOOST_TEST(again.request > asked.request);
  // The daemon asks on for the request that it knew.
  answer(asked, Decision::send);
  BOOST_TEST(core.told.size() == 1u);
  answer(again, Decision::send);
  BOOST_TEST(core.told.size() == 1u, "the same is told once");
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 3u);
  BOOST_TEST(said<wire::NotifyDone>()[1].sent);
  BOOST_TEST(said<wire::NotifyDone>()[2].sent);
}

BOOST_FIXTURE_TEST_CASE(a_grant_for_what_was_asked_before_is_void_where_something_later_waits, Notifying) {
  start();
  result(http, 2);
  const wire::NotifyRequest first = request();
  answer(first, Decision::send);
  result(http, 2);
  BOOST_TEST(request().notification.number == 2u);
  answer(first, Decision::send);
  BOOST_TEST(core.told.size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>().back().sent);
  answer(request(), Decision::send);
  BOOST_TEST(core.told.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_about_a_state_has_a_cause_of_its_own, Notifying) {
  start();
  about_to_tell(http, Kind::flapping_start);
  module->custom_notification_by_command(6);
  about_to_tell(http, Kind::custom, "hear me");
  BOOST_TEST(core.objects[http].undone == 1, "the core has counted, since the command said so");
  module->command_done("SEND_CUSTOM_SVC_NOTIFICATION", "web;http;6;ann;hear me");
  about_to_tell(http, Kind::custom, "and me");
  const auto asked = requests();
  BOOST_REQUIRE(asked.size() == 3u);
  BOOST_TEST(asked[0].notification.cause < asked[1].notification.cause);
  BOOST_TEST(asked[1].notification.cause < asked[2].notification.cause);
  BOOST_TEST(asked[1].notification.options == 6u);
  BOOST_TEST(asked[1].notification.author == "ann");
  BOOST_TEST(asked[1].notification.text == "hear me");
  BOOST_TEST(asked[2].notification.options == 0u);
  answer(asked[1], Decision::send);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].notification.text == "hear me");
  BOOST_TEST(core.told[0].notification.options == 6u);
}

BOOST_FIXTURE_TEST_CASE(what_another_node_has_told_is_counted_on_from, Notifying) {
  start();
  result(http, 2);
  wire::NotifyRequest asked = request();
  asked.notification.number = 4;
  asked.notification.notified_on = 2;
  answer(asked, Decision::told);
  BOOST_TEST(core.told.empty());
  BOOST_TEST(shown(http).notification_number == 4);
  BOOST_TEST(shown(http).notified_on == 6u);
  BOOST_TEST(shown(http).next_notification.has_value());
  result(http, 2);
  BOOST_TEST(request().notification.number == 5u);
}

// A core alone has told it from a start of its own, before the last OK that is known here.
BOOST_FIXTURE_TEST_CASE(what_was_told_from_an_earlier_start_is_counted_on_from_as_well, Notifying) {
  start();
  result(http, 0);
  run(1);
  result(http, 2);
  wire::NotifyRequest asked = request();
  const std::uint64_t start_here = asked.notification.start;
  asked.notification.start -= 1;
  asked.notification.state = 2;
  answer(asked, Decision::told);
  BOOST_TEST(shown(http).notification_number == 1);
  BOOST_TEST(shown(http).notified_on == 4u, "or its end would be told to nobody");
  result(http, 2);
  BOOST_TEST(request().notification.start == start_here);
  result(http, 0);
  BOOST_TEST((request().notification.kind == wire::NotificationKind::recovery));
}

// The problem got worse since that was told: the core tells of it when it would by itself.
BOOST_FIXTURE_TEST_CASE(what_was_told_of_another_state_does_not_put_off_the_next, Notifying) {
  start();
  result(http, 2);
  wire::NotifyRequest asked = request();
  asked.notification.state = 1;
  answer(asked, Decision::told);
  BOOST_TEST(shown(http).notification_number == 1);
  BOOST_TEST(!shown(http).next_notification.has_value());
}

BOOST_FIXTURE_TEST_CASE(what_was_refused_is_asked_for_at_the_next_result, Notifying) {
  start();
  result(http, 2);
  answer(request(), Decision::drop);
  BOOST_TEST(said<wire::NotifyDone>().empty());
  result(http, 2);
  BOOST_TEST(requests().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(contacts_that_are_not_to_be_told_are_not_counted, Notifying) {
  start();
  core.contacts = 0;
  result(http, 2);
  answer(request(), Decision::send);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  BOOST_TEST(said<wire::NotifyDone>()[0].filtered);
  BOOST_TEST(shown(http).notification_number == 0);
}

BOOST_FIXTURE_TEST_CASE(what_the_node_before_owed_is_told_from_where_it_counted, Notifying) {
  start();
  core.objects[http].state.current_state = 2;
  core.objects[http].state.state_type = 1;
  wire::Notification owing = problem(3, 900);
  owing.notified_on = 2;
  owed(owing);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].number == 3);
  BOOST_TEST(core.told[0].notified_on == 6u);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(said<wire::NotifyDone>()[0].question == 78u);
  // Its row shows that it was told after all, or this core has told it itself.
  owed(owing);
  BOOST_TEST(core.told.size() == 1u);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 2u);
  BOOST_TEST(said<wire::NotifyDone>()[1].sent);
  result(http, 2);
  BOOST_TEST(request().notification.start == 900u, "it is the same problem from now on");
}

BOOST_FIXTURE_TEST_CASE(an_owed_recovery_is_told_once, Notifying) {
  start();
  core.objects[http].state.state_type = 1;
  wire::Notification owing = problem(2, 900);
  owing.kind = Kind::recovery;
  owing.notified_on = 4;
  owed(owing);
  owed(owing);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].notified_on == 5u);
  BOOST_TEST(shown(http).notified_on == 0u);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 2u);
  BOOST_TEST(said<wire::NotifyDone>()[1].sent);
}

BOOST_FIXTURE_TEST_CASE(without_a_daemon_it_is_kept_and_asked_for_on_the_next_link, Notifying) {
  start();
  result(http, 2);
  BOOST_TEST(requests().size() == 1u);
  daemon.hang_up();
  run(2);
  result(disk, 1);
  run(2);
  BOOST_TEST(core.told.empty());
  connect();
  daemon.frames.clear();
  run(4);
  daemon.read();
  BOOST_TEST(said<wire::NotifyRequest>().empty(), "the daemon has not said yet what runs here");
  epochs = 4;
  follow({host_key("web")});
  const auto asked = requests();
  BOOST_REQUIRE(asked.size() == 2u);
  BOOST_TEST(asked[0].epoch == 5u);
  answer(asked[1], Decision::send);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].object == disk);
}

BOOST_FIXTURE_TEST_CASE(alone_it_tells_what_is_still_true_and_says_so_when_a_daemon_is_back, Notifying) {
  start();
  result(http, 2);
  result(disk, 2);
  BOOST_TEST(requests().size() == 2u);
  daemon.hang_up();
  result(disk, 0);
  for (int i = 0; i < 40 && core.told.empty(); ++i) run(1);
  BOOST_TEST(logged("this core runs all its checks by itself"));
  run(2);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].object == http);
  result(sql, 2);
  run(2);
  BOOST_TEST(core.told.size() == 2u, "everything is its own now");
  come_back();
  follow({host_key("web")});
  run(4);
  daemon.read();
  BOOST_TEST(said<wire::NotifyDone>().size() == 2u);
  BOOST_TEST(said<wire::NotifyRequest>().empty());
}

// What a node before owed is what waits here too.
BOOST_FIXTURE_TEST_CASE(alone_it_does_not_tell_again_what_was_told_while_it_waited, Notifying) {
  start();
  core.objects[disk].state.notification_number = 1;
  core.objects[disk].state.notified_on = 2;
  result(http, 2);
  const wire::Notification waits = request().notification;
  result(disk, 0);
  wire::Notification well = request().notification;
  owed(waits);
  ++well.start;  // as others have counted it
  owed(well);
  BOOST_TEST(core.told.size() == 2u);
  daemon.hang_up();
  for (int i = 0; i < 40 && !logged("this core runs all its checks by itself"); ++i) run(1);
  run(4);
  BOOST_TEST(core.told.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(alone_and_held_back_it_tells_nothing_until_a_daemon_is_there, Notifying) {
  config.when_isolated = config::WhenIsolated::hold;
  restart();
  start();
  result(http, 2);
  result(disk, 2);
  BOOST_TEST(requests().size() == 2u);
  daemon.hang_up();
  for (int i = 0; i < 40 && !logged("runs no checks"); ++i) run(1);
  BOOST_TEST(logged("runs no checks"));
  run(2);
  BOOST_TEST(core.told.empty());
  core.objects[disk].state.current_state = 0;
  epochs = 8;
  come_back();
  follow({host_key("web")});
  const auto asked = requests();
  BOOST_REQUIRE(asked.size() == 2u);
  for (const auto& request : asked) answer(request, Decision::send);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].object == http);
}
