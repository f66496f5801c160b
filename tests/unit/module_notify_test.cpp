// Notifications that the core wants to send: the owner requests them, and sends them once they are granted, before the grant expires (R4).
#include "tests/unit/module_notify_support.hpp"

using namespace notify_test;

BOOST_FIXTURE_TEST_CASE(the_owners_problem_is_asked_for_behind_its_row_and_told_when_granted, Notifying) {
  start();
  result(kHttp, 0);
  run(1);
  daemon.frames.clear();
  result(kHttp, 2);
  BOOST_TEST(shown(kHttp).notification_number == 0, "the core's count goes back");
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
  for (int i = 0; i < 5; ++i) result(kHttp, 2);
  BOOST_TEST(requests().size() == 1u);
  core.pass(NotifierRequests::kSaidAgain);
  run(2);  // the daemon answers, because the module considers this a stall
  result(kHttp, 2);
  BOOST_TEST(requests().size() == 2u, "unless the daemon must have lost it");
}

BOOST_FIXTURE_TEST_CASE(a_recovery_is_told_with_what_the_core_has_reset_meanwhile, Notifying) {
  start();
  result(kHttp, 2);
  answer(request(), Decision::send);
  result(kHttp, 2);
  answer(request(), Decision::send);
  const std::uint64_t start_of_problem = request().notification.start;
  result(kHttp, 0);
  BOOST_TEST(shown(kHttp).notification_number == 0);
  const wire::NotifyRequest asked = request();
  BOOST_TEST((asked.notification.kind == Kind::recovery));
  BOOST_TEST(asked.notification.number == 2u);
  BOOST_TEST(asked.notification.notified_on == 4u);
  BOOST_TEST(asked.notification.start == start_of_problem);
  answer(asked, Decision::send);
  BOOST_REQUIRE(core.told.size() == 3u);
  BOOST_TEST(core.told[2].number == 3);
  BOOST_TEST(core.told[2].notified_on == 5u);
  BOOST_TEST(shown(kHttp).notification_number == 0);
  BOOST_TEST(shown(kHttp).notified_on == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_problem_right_behind_a_recovery_is_another_one, Notifying) {
  start();
  result(kHttp, 2);
  const wire::NotifyRequest first = request();
  answer(first, Decision::send);
  result(kHttp, 0);
  result(kHttp, 2);  // in the same turn of the loop
  answer(request(), Decision::send);
  const wire::NotifyRequest second = request();
  BOOST_TEST(second.notification.number == 1u);
  BOOST_TEST(second.notification.start > first.notification.start);
}

// Restarts put the version clock ahead of the wall clock, by minutes.
BOOST_FIXTURE_TEST_CASE(problems_are_told_apart_also_by_a_clock_that_is_ahead, Notifying) {
  ahead = std::uint64_t(core.clock.wall.time_since_epoch().count() + 600'000) << 16;
  start();
  result(kHttp, 0);
  run(1);
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    result(kHttp, 2);
    const wire::NotifyRequest asked = request();
    BOOST_TEST(asked.notification.start > last);
    last = asked.notification.start;
    // A problem that was not notified ends without a recovery.
    answer(asked, i == 0 ? Decision::send : Decision::drop);
    result(kHttp, 0);
    if (i == 0) answer(request(), Decision::send);
    run(2);
  }
}

// A core without Merlin would have notified both before the next turn of its loop.
BOOST_FIXTURE_TEST_CASE(results_of_one_turn_are_notified_in_order_each_with_its_own_text, Notifying) {
  start();
  result(kHttp, 2, "bad");
  result(kHttp, 0, "well");
  const auto first = requests();
  BOOST_REQUIRE(first.size() == 1u);
  BOOST_TEST((first[0].notification.kind == Kind::problem));
  answer(first[0], Decision::send);
  const wire::NotifyRequest second = request();
  BOOST_TEST((second.notification.kind == Kind::recovery));
  BOOST_TEST(second.notification.start == first[0].notification.start);
  BOOST_TEST(second.notification.number == 1u);
  BOOST_TEST(second.notification.notified_on == 4u);
  answer(second, Decision::send);
  BOOST_REQUIRE(core.told.size() == 2u);
  BOOST_TEST((core.told[0].kind == Kind::problem));
  BOOST_TEST(core.told[0].output == "bad");
  BOOST_TEST(core.told[0].number == 1);
  BOOST_TEST((core.told[1].kind == Kind::recovery));
  BOOST_TEST(core.told[1].output == "well");
  BOOST_TEST(core.told[1].number == 2, "as the core counts a recovery");
  BOOST_TEST(shown(kHttp).notification_number == 0);
  BOOST_TEST(shown(kHttp).notified_on == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_problem_that_gets_worse_in_the_same_turn_is_notified_twice, Notifying) {
  start();
  result(kHttp, 1, "slow");
  result(kHttp, 2, "bad");
  answer(request(), Decision::send);
  answer(request(), Decision::send);
  BOOST_REQUIRE(core.told.size() == 2u);
  BOOST_TEST(core.told[0].output == "slow");
  BOOST_TEST(core.told[1].output == "bad");
  BOOST_TEST(core.told[1].number == 2);
  BOOST_TEST(core.told[1].notified_on == 6u);
  BOOST_TEST(shown(kHttp).notification_number == 2);
  result(kHttp, 0);
  BOOST_TEST(request().notification.number == 2u);
}

BOOST_FIXTURE_TEST_CASE(each_result_of_a_volatile_service_is_notified, Notifying) {
  core.objects[kHttp].is_volatile = true;
  start();
  for (const char* text : {"one", "two", "three"}) result(kHttp, 2, text);
  for (int i = 0; i < 3; ++i) answer(request(), Decision::send);
  BOOST_REQUIRE(core.told.size() == 3u);
  BOOST_TEST(core.told[0].output == "one");
  BOOST_TEST(core.told[1].output == "two");
  BOOST_TEST(core.told[2].output == "three");
  BOOST_TEST(core.told[2].number == 3);
}

BOOST_FIXTURE_TEST_CASE(a_problem_behind_a_recovery_of_the_same_turn_is_a_new_one, Notifying) {
  start();
  result(kHttp, 2, "bad");
  result(kHttp, 0, "well");
  result(kHttp, 2, "bad again");
  for (int i = 0; i < 3; ++i) answer(request(), Decision::send);
  BOOST_REQUIRE(core.told.size() == 3u);
  BOOST_TEST(core.told[2].output == "bad again");
  BOOST_TEST(core.told[2].number == 1);
  BOOST_TEST(shown(kHttp).notification_number == 1);
  BOOST_TEST(shown(kHttp).notified_on == 4u);
}

BOOST_FIXTURE_TEST_CASE(nobody_is_told_of_the_end_of_what_nobody_was_told_of, Notifying) {
  start();
  result(kHttp, 2);
  result(kHttp, 0);
  answer(request(), Decision::drop);
  run(2);
  BOOST_TEST(requests().size() == 1u);
  core.contacts = 0;
  result(kDisk, 2);
  result(kDisk, 0);
  answer(request(), Decision::send);
  run(2);
  BOOST_TEST(requests().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(what_had_to_wait_and_is_no_longer_true_is_not_told, Notifying) {
  start();
  result(kHttp, 2);
  const wire::NotifyRequest asked = request();
  core.pass(Agent::kNotifyAllowance + Agent::kNotifyPulses * config.pulse_interval);
  run(2);  // the daemon answers, because the module considers this a stall
  result(kHttp, 0);
  run(1);
  daemon.frames.clear();
  answer(asked, Decision::send, 60'000);
  BOOST_TEST(core.told.empty());
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  // Of another problem than the present one.
  run(1);
  result(kHttp, 2);
  run(1);
  owed(problem(1, 5));
  BOOST_TEST(core.told.empty());
}

// The core asks before it counts the downtime, and would refuse because of it now.
BOOST_FIXTURE_TEST_CASE(that_a_downtime_begins_is_judged_as_of_when_the_core_asked, Notifying) {
  start();
  about_to_tell(kHttp, Kind::downtime_start, "work");
  core.objects[kHttp].downtime_depth = 1;
  answer(request(), Decision::send);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].downtime_depth == 0);
  BOOST_TEST(core.told[0].notification.text == "work");
}

BOOST_FIXTURE_TEST_CASE(a_grant_that_comes_late_is_void_and_asked_for_again, Notifying) {
  start();
  result(kHttp, 2);
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

// The core was stopped with the grant in its socket: the time of its arrival is unknown, so it counts from the turn before.
BOOST_FIXTURE_TEST_CASE(a_grant_that_waited_while_the_core_stood_still_is_void, Notifying) {
  start();
  result(kHttp, 2);
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
  result(kHttp, 2);
  BOOST_TEST(requests().empty());
  daemon.say(wire::DaemonHeartbeat{1000});
  BOOST_TEST(requests().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(in_doubt_nothing_is_told_though_it_was_granted, Notifying) {
  start();
  result(kHttp, 2);
  const wire::NotifyRequest asked = request();
  daemon.silent = true;
  core.pass(config.core_timeout);
  run(1);
  answer(asked, Decision::send);
  BOOST_TEST(core.told.empty());
  BOOST_TEST(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(requests().size() == 1u);
  daemon.silent = false;
  daemon.say(wire::DaemonHeartbeat{1000});
  BOOST_TEST(requests().size() == 2u);
  answer(asked, Decision::send);
  BOOST_TEST(core.told.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(who_does_not_run_it_neither_asks_nor_counts, Notifying) {
  start();
  result(kSql, 2);
  about_to_tell(kSql, Kind::downtime_start);
  about_to_tell(kSql, Kind::custom, "hear me");
  about_to_tell(kHttp, Kind::acknowledgement, "known");
  BOOST_TEST(requests().empty());
  BOOST_TEST(shown(kSql).notification_number == 0);
}

BOOST_FIXTURE_TEST_CASE(what_was_asked_for_goes_with_the_object_and_may_be_told_when_that_is_back, Notifying) {
  start();
  result(kHttp, 2);
  const wire::NotifyRequest asked = request();
  follow({});
  answer(asked, Decision::send);
  BOOST_TEST(core.told.empty());
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  BOOST_TEST(!said<wire::NotifyDone>()[0].filtered);
  follow({host_key("web")});
  result(kHttp, 2);
  const wire::NotifyRequest again = request();
  BOOST_TEST(again.request > asked.request);
  // The daemon continues to ask for the request that it knew.
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
  result(kHttp, 2);
  const wire::NotifyRequest first = request();
  answer(first, Decision::send);
  result(kHttp, 2);
  BOOST_TEST(request().notification.number == 2u);
  answer(first, Decision::send);
  BOOST_TEST(core.told.size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>().back().sent);
  answer(request(), Decision::send);
  BOOST_TEST(core.told.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_about_a_state_has_a_cause_of_its_own, Notifying) {
  start();
  about_to_tell(kHttp, Kind::flapping_start);
  module->custom_notification_by_command(6);
  about_to_tell(kHttp, Kind::custom, "hear me");
  BOOST_TEST(core.objects[kHttp].undone == 1, "the core has counted, since the command said so");
  module->command_done("SEND_CUSTOM_SVC_NOTIFICATION", "web;http;6;ann;hear me");
  about_to_tell(kHttp, Kind::custom, "and me");
  std::vector<wire::NotifyRequest> asked;
  for (int i = 0; i < 3; ++i) {
    asked.push_back(request());
    answer(asked.back(), Decision::send);
  }
  BOOST_TEST(asked[0].notification.cause < asked[1].notification.cause);
  BOOST_TEST(asked[1].notification.cause < asked[2].notification.cause);
  BOOST_TEST(asked[1].notification.options == 6u);
  BOOST_TEST(asked[1].notification.author == "ann");
  BOOST_TEST(asked[1].notification.text == "hear me");
  BOOST_TEST(asked[2].notification.options == 0u);
  BOOST_REQUIRE(core.told.size() == 3u);
  BOOST_TEST(core.told[1].notification.text == "hear me");
  BOOST_TEST(core.told[1].notification.options == 6u);
}
