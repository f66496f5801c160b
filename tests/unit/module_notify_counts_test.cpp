// Notifications that another node has started, or that no daemon can grant: how they are counted, owed, and sent alone (R4).
#include "tests/unit/module_notify_support.hpp"

using namespace notify_test;

BOOST_FIXTURE_TEST_CASE(what_another_node_has_told_is_counted_on_from, Notifying) {
  start();
  result(kHttp, 2);
  wire::NotifyRequest asked = request();
  asked.notification.number = 4;
  asked.notification.notified_on = 2;
  answer(asked, Decision::told);
  BOOST_TEST(core.told.empty());
  BOOST_TEST(shown(kHttp).notification_number == 4);
  BOOST_TEST(shown(kHttp).notified_on == 6u);
  BOOST_TEST(shown(kHttp).next_notification.has_value());
  result(kHttp, 2);
  BOOST_TEST(request().notification.number == 5u);
}

// An isolated core has notified it with a start of its own, before the last OK that is known here.
BOOST_FIXTURE_TEST_CASE(what_was_told_from_an_earlier_start_is_counted_on_from_as_well, Notifying) {
  start();
  result(kHttp, 0);
  run(1);
  result(kHttp, 2);
  wire::NotifyRequest asked = request();
  const std::uint64_t start_here = asked.notification.start;
  asked.notification.start -= 1;
  asked.notification.state = 2;
  answer(asked, Decision::told);
  BOOST_TEST(shown(kHttp).notification_number == 1);
  BOOST_TEST(shown(kHttp).notified_on == 4u, "or its end would be told to nobody");
  result(kHttp, 2);
  const wire::NotifyRequest next = request();
  BOOST_TEST(next.notification.start == start_here);
  answer(next, Decision::send);
  result(kHttp, 0);
  BOOST_TEST((request().notification.kind == wire::NotificationKind::recovery));
}

// Two nodes counted one problem while they were apart; the cluster has sent one notification of it, this core has counted two.
BOOST_FIXTURE_TEST_CASE(what_waits_is_counted_on_from_what_another_node_has_told, Notifying) {
  start();
  core.objects[kHttp].state.notification_number = 2;
  core.objects[kHttp].state.notified_on = 4;
  result(kHttp, 1, "slow");
  result(kHttp, 2, "bad");
  result(kHttp, 0);
  wire::NotifyRequest asked = request();
  BOOST_TEST(asked.notification.number == 3u);
  asked.notification.number = 1;
  asked.notification.notified_on = 0;
  answer(asked, Decision::told);
  const wire::NotifyRequest worse = request();
  BOOST_TEST(worse.notification.number == 2u);
  BOOST_TEST(worse.notification.notified_on == 2u);
  answer(worse, Decision::send);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].number == 2);
  BOOST_TEST(core.told[0].notified_on == 6u);
  const wire::NotifyRequest well = request();
  BOOST_TEST((well.notification.kind == Kind::recovery));
  BOOST_TEST(well.notification.number == 2u);
  BOOST_TEST(well.notification.notified_on == 6u);
}

// A row of another node that owned the object meanwhile.
BOOST_FIXTURE_TEST_CASE(what_had_to_wait_is_told_with_its_number_though_the_core_has_a_smaller_one, Notifying) {
  start();
  core.objects[kHttp].state.notification_number = 2;
  core.objects[kHttp].state.notified_on = 2;
  result(kHttp, 2);
  const wire::NotifyRequest asked = request();
  core.pass(Agent::kNotifyAllowance + Agent::kNotifyPulses * config.pulse_interval);
  run(2);  // the daemon answers, because the module considers this a stall
  core.objects[kHttp].state.notification_number = 0;
  core.objects[kHttp].state.notified_on = 0;
  answer(asked, Decision::send, 60'000);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].number == 3);
  BOOST_TEST(core.told[0].notified_on == 6u);
}

// The problem has become worse since: the core notifies it when it would by itself.
BOOST_FIXTURE_TEST_CASE(what_was_told_of_another_state_does_not_put_off_the_next, Notifying) {
  start();
  result(kHttp, 2);
  wire::NotifyRequest asked = request();
  asked.notification.state = 1;
  answer(asked, Decision::told);
  BOOST_TEST(shown(kHttp).notification_number == 1);
  BOOST_TEST(!shown(kHttp).next_notification.has_value());
}

BOOST_FIXTURE_TEST_CASE(what_was_refused_is_asked_for_at_the_next_result, Notifying) {
  start();
  result(kHttp, 2);
  answer(request(), Decision::drop);
  BOOST_TEST(said<wire::NotifyDone>().empty());
  result(kHttp, 2);
  BOOST_TEST(requests().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(contacts_that_are_not_to_be_told_are_not_counted, Notifying) {
  start();
  core.contacts = 0;
  result(kHttp, 2);
  answer(request(), Decision::send);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(!said<wire::NotifyDone>()[0].sent);
  BOOST_TEST(said<wire::NotifyDone>()[0].filtered);
  BOOST_TEST(shown(kHttp).notification_number == 0);
}

BOOST_FIXTURE_TEST_CASE(what_the_node_before_owed_is_told_from_where_it_counted, Notifying) {
  start();
  core.objects[kHttp].state.current_state = 2;
  core.objects[kHttp].state.state_type = 1;
  wire::Notification owing = problem(3, 900);
  owing.notified_on = 2;
  owed(owing);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].number == 3);
  BOOST_TEST(core.told[0].notified_on == 6u);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 1u);
  BOOST_TEST(said<wire::NotifyDone>()[0].question == 78u);
  // Its row shows that it was notified after all, or this core has notified it itself.
  owed(owing);
  BOOST_TEST(core.told.size() == 1u);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 2u);
  BOOST_TEST(said<wire::NotifyDone>()[1].sent);
  result(kHttp, 2);
  BOOST_TEST(request().notification.start == 900u, "it is the same problem from now on");
}

BOOST_FIXTURE_TEST_CASE(an_owed_recovery_is_told_once, Notifying) {
  start();
  core.objects[kHttp].state.state_type = 1;
  wire::Notification owing = problem(2, 900);
  owing.kind = Kind::recovery;
  owing.notified_on = 4;
  owed(owing);
  owed(owing);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].notified_on == 5u);
  BOOST_TEST(shown(kHttp).notified_on == 0u);
  BOOST_REQUIRE(said<wire::NotifyDone>().size() == 2u);
  BOOST_TEST(said<wire::NotifyDone>()[1].sent);
}

BOOST_FIXTURE_TEST_CASE(without_a_daemon_it_is_kept_and_asked_for_on_the_next_link, Notifying) {
  start();
  result(kHttp, 2);
  BOOST_TEST(requests().size() == 1u);
  daemon.hang_up();
  run(2);
  result(kDisk, 1);
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
  BOOST_TEST(core.told[0].object == kDisk);
}

BOOST_FIXTURE_TEST_CASE(alone_it_tells_what_is_still_true_and_says_so_when_a_daemon_is_back, Notifying) {
  start();
  result(kHttp, 2);
  result(kDisk, 2);
  BOOST_TEST(requests().size() == 2u);
  daemon.hang_up();
  result(kDisk, 0);
  for (int i = 0; i < 40 && core.told.empty(); ++i) run(1);
  BOOST_TEST(logged("this core runs all its checks itself"));
  run(2);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].object == kHttp);
  result(kSql, 2);
  run(2);
  BOOST_TEST(core.told.size() == 2u, "everything is its own now");
  come_back();
  follow({host_key("web")});
  run(4);
  daemon.read();
  BOOST_TEST(said<wire::NotifyDone>().size() == 2u);
  BOOST_TEST(said<wire::NotifyRequest>().empty());
}

// What the previous owner left open is also what waits here.
BOOST_FIXTURE_TEST_CASE(alone_it_does_not_tell_again_what_was_told_while_it_waited, Notifying) {
  start();
  core.objects[kDisk].state.notification_number = 1;
  core.objects[kDisk].state.notified_on = 2;
  result(kHttp, 2);
  const wire::Notification waits = request().notification;
  result(kDisk, 0);
  wire::Notification well = request().notification;
  owed(waits);
  ++well.start;  // as counted by others
  owed(well);
  BOOST_TEST(core.told.size() == 2u);
  daemon.hang_up();
  for (int i = 0; i < 40 && !logged("this core runs all its checks itself"); ++i) run(1);
  run(4);
  BOOST_TEST(core.told.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(alone_and_held_back_it_tells_nothing_until_a_daemon_is_there, Notifying) {
  config.when_isolated = config::WhenIsolated::hold;
  restart();
  start();
  result(kHttp, 2);
  result(kDisk, 2);
  BOOST_TEST(requests().size() == 2u);
  daemon.hang_up();
  for (int i = 0; i < 40 && !logged("runs no checks"); ++i) run(1);
  BOOST_TEST(logged("runs no checks"));
  run(2);
  BOOST_TEST(core.told.empty());
  core.objects[kDisk].state.current_state = 0;
  epochs = 8;
  come_back();
  follow({host_key("web")});
  const auto asked = requests();
  BOOST_REQUIRE(asked.size() == 2u);
  for (const auto& request : asked) answer(request, Decision::send);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].object == kHttp);
}
