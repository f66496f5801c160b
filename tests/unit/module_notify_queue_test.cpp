// What the notifier keeps for its daemon is bounded, and the oldest is dropped first.
#include <boost/test/unit_test.hpp>

#include "module/agent/notifier_queue.hpp"

using namespace merlin;
using namespace merlin::neb;
using wire::NotificationKind;

BOOST_AUTO_TEST_CASE(requests_are_bounded_and_the_oldest_go) {
  NotifierRequests requests;
  wire::Notification custom;
  custom.kind = NotificationKind::custom;
  custom.text.assign(64 * 1024, 'x');
  for (std::uint64_t cause = 1; cause <= 1000; ++cause) {
    custom.cause = cause;
    requests.add(static_cast<Index>(cause), custom, {}, {});
  }
  BOOST_TEST(requests.dropped() > 700u);
  BOOST_TEST(requests.size() + requests.dropped() == 1000u);
  const auto* next = requests.next_to_say({});
  BOOST_REQUIRE(next != nullptr);
  BOOST_TEST(next->notification.cause == requests.dropped() + 1);
}

BOOST_AUTO_TEST_CASE(what_was_told_is_remembered_for_a_while_and_bounded) {
  NotifierTold told;
  const SteadyTime start{Millis{1'000'000}};
  wire::NotifyDone done;
  for (std::uint32_t number = 1; number <= 10; ++number) {
    done.notification.number = number;
    told.add(done, number <= 5, start);
  }
  BOOST_REQUIRE(told.next_to_say() != nullptr);
  // All but one of the unsent ones remain when the link ends.
  told.rewind(start + NotifierTold::kRemembered + Millis{1});
  int left = 0;
  for (const auto* next = told.next_to_say(); next != nullptr; next = told.next_to_say()) ++left;
  BOOST_TEST(left == 4);
  for (std::uint32_t number = 1; number <= NotifierTold::kMost + 50; ++number) {
    done.notification.number = number;
    told.add(done, true, start);
  }
  done.notification.number = 50;
  BOOST_TEST(!told.has(done.notification));
  done.notification.number = 51;
  BOOST_TEST(told.has(done.notification));
}

BOOST_AUTO_TEST_CASE(of_one_object_so_many_wait_and_the_newest_stays) {
  NotifierRequests requests;
  wire::Notification custom;
  custom.kind = NotificationKind::custom;
  for (custom.cause = 1; custom.cause <= NotifierRequests::kMostOfObject + 10; ++custom.cause) requests.add(0, custom, {}, {});
  BOOST_TEST(requests.size() == NotifierRequests::kMostOfObject);
  BOOST_TEST(requests.dropped() == 10u);
  BOOST_REQUIRE(requests.next_to_say({}) != nullptr);
  BOOST_TEST(requests.next_to_say({}) == nullptr, "one at a time");
}

BOOST_AUTO_TEST_CASE(the_next_of_an_object_is_asked_for_when_the_one_before_is_decided) {
  NotifierRequests requests;
  wire::Notification problem;
  problem.number = 1;
  wire::Notification recovery = problem;
  recovery.kind = NotificationKind::recovery;
  requests.add(0, problem, {}, {});
  requests.add(0, recovery, {}, {});
  requests.add(1, problem, {}, {});
  const std::uint64_t first = requests.next_to_say({})->request;
  BOOST_TEST(requests.next_to_say({})->object == 1u);
  BOOST_TEST(requests.next_to_say({}) == nullptr);
  auto taken = requests.take(first);
  BOOST_REQUIRE(taken.has_value());
  requests.put_back(*std::move(taken));
  BOOST_TEST(requests.next_to_say({})->request == first, "it was not decided after all");
  BOOST_TEST(requests.next_to_say({}) == nullptr);
  requests.take(first);
  BOOST_TEST((requests.next_to_say({})->notification.kind == NotificationKind::recovery));
}

namespace {

// Problems with these numbers, each of another state, and a recovery.
struct InOrder {
  InOrder() {
    std::uint32_t notified_on = 0;
    for (std::uint32_t number = 3; number <= 5; ++number) {
      wire::Notification problem;
      problem.number = number;
      problem.state = static_cast<std::int32_t>(number) - 2;
      problem.notified_on = notified_on;
      notified_on |= 1U << problem.state;
      requests.add(0, problem, {}, {});
    }
    wire::Notification recovery;
    recovery.kind = NotificationKind::recovery;
    recovery.number = 5;
    recovery.notified_on = notified_on;
    requests.add(0, recovery, {}, {});
  }
  NotifierRequests::Waiting next() {
    const NotifierRequests::Waiting* first = requests.next_to_say({});
    BOOST_REQUIRE(first != nullptr);
    auto taken = requests.take(first->request);
    BOOST_REQUIRE(taken.has_value());
    return *std::move(taken);
  }
  void expect(std::uint32_t number, std::uint32_t notified_on) {
    last = next();
    BOOST_TEST(last.notification.number == number);
    BOOST_TEST(last.notification.notified_on == notified_on);
  }

  NotifierRequests requests;
  NotifierRequests::Waiting last;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_waits_behind_one_that_was_not_sent_is_counted_without_it, InOrder) {
  requests.unsent(next());
  expect(3, 0);
  expect(4, 4);
  expect(4, 4 | 8);
  BOOST_TEST((last.notification.kind == NotificationKind::recovery));
}

BOOST_FIXTURE_TEST_CASE(without_any_problem_that_was_sent_there_is_no_recovery, InOrder) {
  for (int i = 0; i < 3; ++i) requests.unsent(next());
  BOOST_TEST(requests.empty());
}

BOOST_FIXTURE_TEST_CASE(what_waits_behind_another_nodes_notification_is_counted_on_from_there, InOrder) {
  wire::Notification sent;
  sent.number = 1;
  sent.state = 3;
  requests.sent_instead(next(), sent);
  expect(2, 8);
  expect(3, 8 | 4);
  expect(3, 8 | 4 | 8);
  BOOST_TEST((last.notification.kind == NotificationKind::recovery));
}

BOOST_FIXTURE_TEST_CASE(what_waits_keeps_its_number_behind_the_same_notification_of_another_node, InOrder) {
  const NotifierRequests::Waiting first = next();
  requests.sent_instead(first, first.notification);
  expect(4, 2);
}

BOOST_AUTO_TEST_CASE(an_event_is_known_by_its_cause) {
  NotifierRequests requests;
  wire::Notification asked;
  asked.kind = NotificationKind::acknowledgement;
  asked.number = 1;
  asked.start = 77;
  asked.cause = 5;
  requests.add(0, asked, {}, {});
  wire::Notification owed;
  owed.kind = NotificationKind::acknowledgement;
  owed.cause = 5;
  BOOST_TEST((requests.find_event(0, owed) != nullptr), "the daemon knows its register only");
  owed.cause = 6;
  BOOST_TEST((requests.find_event(0, owed) == nullptr));
}
