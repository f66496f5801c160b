// The log lines of notifications: those of this core go to the daemon, those of other nodes into this core's log, each once.
#include "module/agent/logged_elsewhere.hpp"
#include "shared/wire/limits.hpp"
#include "tests/unit/module_notify_support.hpp"

using namespace notify_test;

namespace {

NodeId other_node() {
  NodeId id;
  id.bytes[0] = 2;
  return id;
}

struct Logging : Notifying {
  wire::NotificationLog notification(std::uint64_t number) {
    return {other_node(), 7, number, core.clock.wall.time_since_epoch().count(), {"HOST NOTIFICATION: ann;" + std::to_string(number)}};
  }
  void elsewhere(const wire::NotificationLog& log) {
    daemon.say(log);
    run(1);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_lines_of_a_sent_notification_go_to_the_daemon, Logging) {
  start();
  result(kHttp, 2, "bad");
  answer(request(), Decision::send);
  const auto done = said<wire::NotifyDone>();
  BOOST_REQUIRE(done.size() == 1u);
  BOOST_TEST(done[0].log == std::vector<std::string>{"SERVICE NOTIFICATION: ann;3;bad"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(they_go_there_too_if_the_core_sent_it_without_a_daemon, Logging) {
  start();
  daemon.hang_up();
  run(30);
  result(kHttp, 2, "bad");
  run(2);
  BOOST_REQUIRE(core.told.size() == 1u);
  start();
  run(2);
  connect();
  follow({host_key("web")});
  run(4);
  const auto done = said<wire::NotifyDone>();
  BOOST_REQUIRE(!done.empty());
  BOOST_TEST(done[0].log.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_notification_of_another_node_is_logged_once_with_its_node, Logging) {
  start();
  run(2);
  const wire::NotificationLog first = notification(1);
  elsewhere(first);
  elsewhere(first);
  elsewhere(notification(5));
  elsewhere(notification(4));
  connect();
  elsewhere(first);
  elsewhere(notification(5));
  BOOST_TEST(
      core.logged == (std::vector<std::string>{"HOST NOTIFICATION: ann;1 [node 02000000]", "HOST NOTIFICATION: ann;5 [node 02000000]"}),
      boost::test_tools::per_element());
  BOOST_TEST(core.told.empty());
  wire::CoreWelcome welcome;
  welcome.node_id.bytes[0] = 1;
  welcome.names = {{other_node(), "peer02"}};
  daemon.say(welcome);
  elsewhere(notification(6));
  BOOST_TEST(core.logged.back() == "HOST NOTIFICATION: ann;6 [node peer02]");
}

BOOST_FIXTURE_TEST_CASE(what_other_nodes_sent_before_this_core_started_is_not_for_its_log, Logging) {
  start();
  wire::NotificationLog before = notification(1);
  before.time_ms -= 60'000;
  elsewhere(before);
  BOOST_TEST(core.logged.empty());
  elsewhere(notification(2));
  BOOST_TEST(core.logged.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(our_own_notifications_are_not_logged_again, Logging) {
  start();
  run(2);
  wire::NotificationLog own = notification(1);
  own.node = {};
  own.node.bytes[0] = 1;
  elsewhere(own);
  BOOST_TEST(core.logged.empty());
}

BOOST_FIXTURE_TEST_CASE(only_lines_of_notifications_get_into_the_log, Logging) {
  start();
  run(2);
  wire::NotificationLog forged = notification(1);
  forged.log = {"SERVICE ALERT: web;http;OK;HARD;1;well", "HOST NOTIFICATION: a\nEXTERNAL COMMAND: b"};
  elsewhere(forged);
  BOOST_TEST(core.logged == std::vector<std::string>{"HOST NOTIFICATION: a EXTERNAL COMMAND: b [node 02000000]"},
             boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_core_that_logs_its_own_only_logs_no_others, Logging) {
  config.log_notifications = config::LogNotifications::own;
  restart();
  start();
  run(2);
  elsewhere(notification(1));
  BOOST_TEST(core.logged.empty());
  result(kHttp, 2, "bad");
  answer(request(), Decision::send);
  BOOST_TEST(said<wire::NotifyDone>().back().log.size() == 1u, "the other nodes may want it");
}

BOOST_AUTO_TEST_CASE(reports_that_wait_for_a_daemon_keep_a_bounded_number_of_lines) {
  NotifierTold told;
  wire::NotifyDone done;
  done.log = {std::string(wire::kMaxNotificationLogBytes, 'x')};
  for (int i = 0; i < 2'000; ++i) told.add(done, false, {});
  BOOST_TEST(told.log_bytes() <= NotifierTold::kMostLogBytes);
  const auto unsaid = told.unsaid();
  BOOST_REQUIRE(unsaid.size() == 2'000u);
  BOOST_TEST(unsaid.front().log.empty());
  BOOST_TEST(unsaid.back().log.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_core_remembers_a_bounded_number_of_streams) {
  LoggedElsewhere logged(SteadyTime{});
  const Now now{SteadyTime{Millis{10}}, WallTime{Millis{1}}};
  const auto is_new = [&](std::uint64_t epoch, std::uint64_t number) { return logged.is_new({other_node(), epoch, number, 1, {}}, now); };
  for (std::uint64_t epoch = 1; epoch <= LoggedElsewhere::kMostStreams; ++epoch) BOOST_TEST(is_new(epoch, 1));
  BOOST_TEST(is_new(1, 2), "used again, it is not the oldest");
  BOOST_TEST(is_new(LoggedElsewhere::kMostStreams + 1, 1));
  BOOST_TEST(!is_new(1, 2));
  BOOST_TEST(is_new(2, 1), "forgotten");
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_silences_no_log) {
  constexpr std::int64_t kHour_ms = 3'600'000;
  LoggedElsewhere logged(SteadyTime{Millis{1'000}});
  // Since the start, ten seconds have passed, and the clock was set back by an hour.
  const Now now{SteadyTime{Millis{11'000}}, WallTime{Millis{5 * kHour_ms}}};
  const auto is_new = [&](std::uint64_t number, std::int64_t time_ms) {
    return logged.is_new({other_node(), 1, number, time_ms, {}}, now);
  };
  BOOST_TEST(!is_new(1, 5 * kHour_ms - 10'001), "it was before the core's start");
  BOOST_TEST(is_new(2, 5 * kHour_ms - 10'000));
  BOOST_TEST(is_new(3, 5 * kHour_ms));
}
