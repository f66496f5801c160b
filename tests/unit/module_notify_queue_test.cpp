// What the notifier keeps for its daemon is bounded, and the oldest goes first.
#include <boost/test/unit_test.hpp>

#include "module/notifier_queue.hpp"

using namespace merlin;
using namespace merlin::neb;
using Kind = wire::NotificationKind;

BOOST_AUTO_TEST_CASE(requests_are_bounded_and_the_oldest_go) {
  NotifierRequests requests;
  wire::Notification custom;
  custom.kind = Kind::custom;
  custom.text.assign(64 * 1024, 'x');
  for (std::uint64_t cause = 1; cause <= 1000; ++cause) {
    custom.cause = cause;
    requests.add(0, custom, {});
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
  // All but one of those that were not said yet are left behind by the link.
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
