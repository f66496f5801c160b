// The log lines of notifications in the history: from our core into its event, from the events of other nodes to our core.
#include <boost/test/unit_test.hpp>
#include <variant>

#include "shared/cluster/durability/recent_notifications.hpp"
#include "shared/wire/limits.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

const ObjectKey kNotified{host_key("web"), 0};
const std::vector<std::string> kLines{"HOST NOTIFICATION: ann;web;DOWN;by-mail;bad", "HOST NOTIFICATION: bob;web;DOWN;by-mail;bad"};
constexpr int kHour = 3'600'000;

std::vector<wire::NotificationLog> given(const Actions& actions) {
  std::vector<wire::NotificationLog> found;
  for (const Action& action : actions) {
    const auto* sent = std::get_if<SendToCore>(&action);
    if (sent != nullptr && std::holds_alternative<wire::NotificationLog>(sent->message))
      found.push_back(std::get<wire::NotificationLog>(sent->message));
  }
  return found;
}

wire::Event notified(const std::string& host, std::int64_t time_ms) {
  wire::Event event;
  event.time_ms = time_ms;
  event.kind = wire::EventKind::notification;
  event.host = host;
  event.contacts = 2;
  event.log = kLines;
  return event;
}

struct Receiving : WithCore {
  Receiving() {
    core_turns();
    peer_clock_is_ahead(0);
  }
  // What our core gets while its loop turns.
  std::vector<wire::NotificationLog> core_turns() {
    auto logs = given(node.receive_core(wire::CoreHeartbeat{}, now_at(now)));
    const auto more = given(node.tick(now_at(now)));
    logs.insert(logs.end(), more.begin(), more.end());
    return logs;
  }
  void peer_clock_is_ahead(int ms) {
    wire::Heartbeat heartbeat = heartbeat_of(kPeer, ++number);
    heartbeat.wall_ms = wall_of(now) + ms;
    node.receive(kPeer, heartbeat, now_at(now));
  }
  // The peer has these events, and sends them when it is asked for.
  Actions receive_events(std::vector<wire::Event> events) {
    const std::uint64_t first = last + 1;
    last += events.size();
    node.receive(kPeer, wire::EventMarks{{{kPeer, 5, 1, last}}}, now_at(now));
    return node.receive(kPeer, wire::Events{kPeer, 5, 1, first, std::move(events)}, now_at(now));
  }
  Actions new_core() {
    node.core_disconnected(now_at(now));
    node.core_connected({}, now_at(now));
    for (wire::Inventory part : Inventory({{"web", {}}}, 1).parts(kSelf)) node.receive_core(std::move(part), now_at(now));
    return node.receive_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 0}, now_at(now));
  }
  std::uint64_t last = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_lines_of_our_core_are_in_the_event_of_its_notification, WithCore) {
  wire::NotifyDone done;
  done.sent = true;
  done.contacts = 2;
  done.notification.object = kNotified;
  done.notification.number = 1;
  done.log = kLines;
  std::vector<wire::Event> events;
  const auto collect = [&](const Actions& actions) {
    for (const Action& action : actions) {
      const auto* save = std::get_if<Save>(&action);
      if (save == nullptr) continue;
      for (const EventRun& run : save->events) events.insert(events.end(), run.events.begin(), run.events.end());
    }
  };
  collect(node.receive_core(done, now_at(now)));
  for (; now < 22'000; now += 50) collect(heartbeat());
  BOOST_REQUIRE(events.size() == 1U);
  BOOST_TEST((events[0].kind == wire::EventKind::notification));
  BOOST_TEST(events[0].log == kLines, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(the_lines_of_another_node_are_given_to_our_core, Receiving) {
  wire::Event alert = notified("web", wall_of(now));
  alert.kind = wire::EventKind::alert;
  wire::Event silent = notified("web", wall_of(now));
  silent.log.clear();
  const auto logs = given(receive_events({alert, silent, notified("web", wall_of(now)), notified("unknown", wall_of(now))}));
  BOOST_REQUIRE(logs.size() == 1U);
  BOOST_TEST((logs[0].node == kPeer));
  BOOST_TEST(logs[0].epoch == 5U);
  BOOST_TEST(logs[0].number == 3U);
  BOOST_TEST(logs[0].time_ms == wall_of(now));
  BOOST_TEST(logs[0].log == kLines, boost::test_tools::per_element());
  BOOST_TEST(given(heartbeat()).empty());
}

BOOST_FIXTURE_TEST_CASE(their_time_is_by_our_clock, Receiving) {
  peer_clock_is_ahead(7'000);
  const auto logs = given(receive_events({notified("web", wall_of(now) + 7'000)}));
  BOOST_REQUIRE(logs.size() == 1U);
  BOOST_TEST(logs[0].time_ms == wall_of(now));
}

BOOST_FIXTURE_TEST_CASE(a_new_connection_gets_those_of_the_last_hour_again, Receiving) {
  BOOST_TEST(given(receive_events({notified("web", wall_of(now) - kHour - 1), notified("web", wall_of(now) - kHour)})).size() == 1U);
  BOOST_TEST(given(new_core()).size() == 1U);
  now += 10;
  BOOST_TEST(given(new_core()).empty(), "by then it is too old");
}

BOOST_FIXTURE_TEST_CASE(without_a_core_they_wait_for_it, Receiving) {
  node.core_disconnected(now_at(now));
  BOOST_TEST(given(receive_events({notified("web", wall_of(now))})).empty());
  BOOST_TEST(given(new_core()).size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_core_that_hangs_gets_them_when_it_turns_again, Receiving) {
  for (const int until = now + 60'000; now < until; now += 50) heartbeat();
  BOOST_TEST(given(receive_events({notified("web", wall_of(now))})).empty());
  BOOST_TEST(core_turns().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(events_of_unknown_nodes_and_of_our_earlier_starts_are_not_for_our_log, Receiving) {
  for (const NodeId& origin : {kSelf, kThird}) {
    node.receive(kPeer, wire::EventMarks{{{origin, 6, 1, 1}}}, now_at(now));
    BOOST_TEST(given(node.receive(kPeer, wire::Events{origin, 6, 1, 1, {notified("web", wall_of(now))}}, now_at(now))).empty());
  }
}

BOOST_AUTO_TEST_CASE(the_recent_notifications_are_bounded) {
  RecentNotifications recent;
  const auto any = [](const ObjectKey&) { return true; };
  const WallTime now = now_at(0).wall;
  for (std::uint64_t number = 1; number <= 2 * RecentNotifications::kMost; ++number)
    recent.add(kNotified, {kPeer, 5, number, wall_of(0), {}}, now);
  BOOST_TEST(recent.size() == RecentNotifications::kMost);
  BOOST_TEST(recent.next(any, now)->number == RecentNotifications::kMost + 1);
  const std::string line(wire::kMaxNotificationLogBytes, 'x');
  for (int i = 0; i < 2'000; ++i) recent.add(kNotified, {kPeer, 5, 20'000, wall_of(0), {line}}, now);
  BOOST_TEST(recent.size() < 600U);
  int left = 0;
  while (recent.next(any, now)) ++left;
  BOOST_TEST(left == static_cast<int>(recent.size()));
  recent.rewind();
  BOOST_TEST(recent.next(any, now).has_value());
}
