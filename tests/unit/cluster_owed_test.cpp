// R4: the present owner owes what earlier owners left open, and finds it without searching the whole table.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/notification/owed.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using wire::NotificationKind;

const ObjectKey kHost{host_key("web"), 0};
constexpr std::uint64_t kOwedSecond = std::uint64_t{1000} << 16;

NodeId node_id(std::uint8_t number) {
  NodeId id;
  id.bytes.fill(number);
  return id;
}

struct OwedFixture {
  Table table{1};
  OwedNotifications owed{table, node_id(1)};
  Millis clock{1'000'000};
  std::uint64_t start = hlc_of(WallTime{Millis{1'700'000'000'000}});
  std::uint64_t hlc = start + 100 * kOwedSecond;
  bool owner = true;

  Now now() const { return {SteadyTime{clock}, WallTime{Millis{1'700'000'000'000} + clock}}; }

  wire::Notification problem(std::uint32_t number = 1) const {
    wire::Notification notification;
    notification.object = kHost;
    notification.number = number;
    notification.start = start;
    notification.notified_on = 6;
    notification.state = 2;
    return notification;
  }
  void told(const wire::Notification& notification, std::uint8_t holder, bool sent) {
    const wire::NotificationRecord content{notification, node_id(holder), sent, 1, 0};
    const RegisterKey key = record_key(notification);
    table.put({key.object, key.kind, {1, 1, ++hlc, node_id(holder)}, 0, wire::encode(content), key.item, record_rank(notification, sent)},
              {}, true);
  }
  void checked(int state, std::uint64_t last_hard_ok, std::uint64_t last_change = 0) {
    wire::CheckRegister check;
    check.current_state = state;
    check.state_type = 1;
    check.last_hard_ok_hlc = last_hard_ok;
    check.last_change_hlc = last_change;
    table.put({kHost, wire::RegisterKind::check, {1, 1, ++hlc, node_id(1)}, 0, wire::encode(check), 0, 0}, {}, true);
  }
  std::uint64_t acknowledged(bool notify, bool sticky = false, std::uint8_t at = 2) {
    wire::AcknowledgementRegister content{true, sticky, notify, false, "somebody", "seen", 0};
    table.put({kHost, wire::RegisterKind::acknowledgement, {1, 1, ++hlc, node_id(at)}, 0, wire::encode(content), 0, 0}, {}, true);
    return hlc;
  }
  std::vector<wire::Notification> due(Millis after = Millis{60'000}) {
    owed.follow(now(), [](const RegisterKey&) {});
    clock += after;
    owed.follow(now(), [](const RegisterKey&) {});
    return owed.due(now().steady, {Millis{4000}, Millis{2000}},
                    {[&](const ObjectKey&) { return owner; }, [](const RegisterKey&) { return false; }});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(owed_notifications, OwedFixture)

BOOST_AUTO_TEST_CASE(what_a_holder_has_left_open_is_asked_for_after_its_time) {
  checked(2, start);
  told(problem(), 2, false);
  BOOST_TEST(due(Millis{3900}).empty());
  const auto all = due(Millis{200});
  BOOST_REQUIRE_EQUAL(all.size(), 1U);
  BOOST_TEST((all[0].kind == NotificationKind::problem));
}

BOOST_AUTO_TEST_CASE(only_the_owner_owes) {
  checked(2, start);
  told(problem(), 2, false);
  owner = false;
  BOOST_TEST(due().empty());
  owner = true;
  BOOST_TEST(due().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_problem_that_is_over_or_was_told_is_not_owed) {
  checked(2, start);
  told(problem(), 2, true);
  BOOST_TEST(due().empty());
  told(problem(2), 2, false);
  checked(2, start + kOwedSecond);
  BOOST_TEST(due().empty());
}

BOOST_AUTO_TEST_CASE(a_problem_told_and_now_well_owes_a_recovery_with_its_number) {
  told(problem(3), 2, true);
  checked(2, start);
  BOOST_TEST(due().empty());
  checked(0, start + kOwedSecond);
  const auto all = due();
  BOOST_REQUIRE_EQUAL(all.size(), 1U);
  BOOST_TEST((all[0].kind == NotificationKind::recovery));
  BOOST_TEST(all[0].number == 3U);
  BOOST_TEST(all[0].notified_on == 6U);
  BOOST_TEST(all[0].start == start);
}

// The record of the first problem contains the states notified before it: none.
BOOST_AUTO_TEST_CASE(the_end_of_a_problem_told_once_is_that_of_a_state_which_was_told) {
  wire::Notification first = problem(1);
  first.notified_on = 0;
  first.state = 2;
  told(first, 2, true);
  checked(0, start + kOwedSecond);
  const auto all = due();
  BOOST_REQUIRE_EQUAL(all.size(), 1U);
  BOOST_TEST(all[0].notified_on == 4U);
}

BOOST_AUTO_TEST_CASE(a_recovery_told_owes_nothing) {
  told(problem(), 2, true);
  checked(0, start + kOwedSecond);
  wire::Notification recovery = problem();
  recovery.kind = NotificationKind::recovery;
  told(recovery, 2, true);
  BOOST_TEST(due().empty());
  BOOST_TEST(owed.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_recovery_left_open_is_owed) {
  checked(0, start + kOwedSecond);
  wire::Notification recovery = problem();
  recovery.kind = NotificationKind::recovery;
  told(recovery, 1, false);
  BOOST_TEST(due().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_problem_never_told_owes_no_recovery) {
  told(problem(1), 2, false);
  checked(0, start + kOwedSecond);
  BOOST_TEST(due().empty());
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_with_notify_is_told_once) {
  checked(2, start);
  const std::uint64_t made = acknowledged(true);
  const auto all = due();
  BOOST_REQUIRE_EQUAL(all.size(), 1U);
  BOOST_TEST((all[0].kind == NotificationKind::acknowledgement));
  BOOST_TEST(all[0].cause == made);
  BOOST_TEST(all[0].author == "somebody");
  BOOST_TEST(all[0].text == "seen");
  told(all[0], 1, true);
  BOOST_TEST(due().empty());
  acknowledged(true);
  BOOST_TEST(due().size() == 1U);
}

// No core requests it by itself, so there is no need to wait.
BOOST_AUTO_TEST_CASE(an_acknowledgement_is_asked_for_at_once) {
  checked(2, start);
  acknowledged(true);
  BOOST_TEST(due(Millis{0}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_that_no_longer_holds_is_not_told) {
  checked(2, start);
  const std::uint64_t made = acknowledged(true, false);
  checked(1, start, made + kOwedSecond);
  BOOST_TEST(due().empty());
  const std::uint64_t sticky = acknowledged(true, true);
  checked(2, start, sticky + kOwedSecond);
  BOOST_TEST(due().size() == 1U);
  checked(2, sticky + kOwedSecond, sticky + kOwedSecond);
  BOOST_TEST(due().empty());
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_without_notify_or_of_long_ago_is_not_told) {
  checked(2, start);
  acknowledged(false);
  BOOST_TEST(due().empty());
  acknowledged(true);
  clock += Millis{3 * 60 * 60 * 1000};
  BOOST_TEST(due().empty());
}

// Our core asks for it by itself, with the state that was acknowledged.
BOOST_AUTO_TEST_CASE(an_acknowledgement_made_at_our_core_waits_for_its_request) {
  checked(2, start);
  acknowledged(true, false, 1);
  BOOST_TEST(due(Millis{1900}).empty());
  BOOST_TEST(due(Millis{200}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_stood_in_the_table_before_counts) {
  checked(2, start);
  told(problem(), 1, false);  // our own, before a restart: our core requests it again
  told(problem(2), 2, false);
  BOOST_TEST(due().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
