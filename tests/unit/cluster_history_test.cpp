// What becomes an event: the results that a core would log, each once.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/durability/history.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using wire::EventAction;
using wire::EventKind;

template <class Value>
wire::Register reg(wire::RegisterKind kind, const Value& value) {
  wire::Register content;
  content.object = {1, 2};
  content.kind = kind;
  content.value = wire::encode(value);
  return content;
}

wire::Register check(int state, int type, int attempt, bool flapping = false) {
  wire::CheckRegister value;
  value.current_state = state;
  value.state_type = type;
  value.current_attempt = attempt;
  value.is_flapping = flapping;
  value.output = "out";
  return reg(wire::RegisterKind::check, value);
}

std::size_t alerts(const wire::Register& before, const wire::Register& now) { return events_of(now, &before).size(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(history)

BOOST_AUTO_TEST_CASE(an_alert_is_what_a_core_logs) {
  BOOST_TEST(alerts(check(0, 1, 1), check(2, 0, 1)) == 1u, "a problem begins");
  BOOST_TEST(alerts(check(2, 0, 1), check(2, 0, 2)) == 1u, "another attempt");
  BOOST_TEST(alerts(check(2, 0, 2), check(2, 1, 3)) == 1u, "it becomes hard");
  BOOST_TEST(alerts(check(2, 1, 3), check(2, 1, 3)) == 0u, "it stays");
  BOOST_TEST(alerts(check(1, 1, 3), check(2, 1, 3)) == 1u, "it becomes worse");
  BOOST_TEST(alerts(check(2, 1, 3), check(0, 1, 1)) == 1u, "it ends");
  BOOST_TEST(alerts(check(2, 0, 2), check(0, 0, 2)) == 1u, "it ends while soft");
  BOOST_TEST(alerts(check(0, 0, 2), check(0, 1, 1)) == 0u, "well as before");
  BOOST_TEST(events_of(check(2, 1, 1), nullptr).empty(), "a first state is no change");
  const auto before = check(0, 1, 1);
  const auto alert = events_of(check(2, 0, 1), &before).at(0);
  BOOST_TEST((alert.kind == EventKind::alert));
  BOOST_TEST(alert.state == 2);
  BOOST_TEST(!alert.hard);
  BOOST_TEST(alert.attempt == 1u);
  BOOST_TEST(alert.text == "out");
}

BOOST_AUTO_TEST_CASE(what_the_core_logged_counts_where_the_module_says_it) {
  const auto said = [](wire::LoggedAs as, std::uint32_t attempt, int state) {
    wire::CheckRegister value;
    value.current_state = state;
    value.state_type = 1;
    value.current_attempt = 1;
    value.logged_as = as;
    value.logged_attempt = attempt;
    return reg(wire::RegisterKind::check, value);
  };
  const auto first = said(wire::LoggedAs::hard, 3, 2);
  BOOST_TEST(events_of(first, nullptr).size() == 1u, "the first problem of a pending object");
  BOOST_TEST(events_of(first, &first).size() == 1u, "a volatile service repeats its state");
  const auto recovery = events_of(said(wire::LoggedAs::hard, 3, 0), &first).at(0);
  BOOST_TEST(recovery.hard);
  BOOST_TEST(recovery.attempt == 3u, "of its problem, as it is logged");
  const auto soft = events_of(said(wire::LoggedAs::soft, 2, 0), &first).at(0);
  BOOST_TEST(!soft.hard);
  BOOST_TEST(soft.attempt == 2u);
  BOOST_TEST(events_of(said(wire::LoggedAs::nothing, 0, 2), &first).empty());
  BOOST_TEST(events_of(said(wire::LoggedAs::nothing, 0, 2), nullptr).empty());
  BOOST_TEST(events_of(said(wire::LoggedAs::nothing, 0, 0), &first).size() == 1u, "the alert itself was dropped");
}

// After a split two owners wrote: the one whose row won writes its state again over the other's.
BOOST_AUTO_TEST_CASE(a_state_that_stands_again_over_another_writers_is_no_second_alert) {
  wire::CheckRegister value;
  value.current_state = 1;
  value.logged_as = wire::LoggedAs::nothing;
  auto now = reg(wire::RegisterKind::check, value);
  now.version.writer = id(1);
  auto other = check(0, 1, 1);
  other.version.writer = id(2);
  BOOST_TEST(events_of(now, &other).empty());
  other.version.writer = now.version.writer;
  BOOST_TEST(events_of(now, &other).size() == 1u, "its own alert was dropped");
}

BOOST_AUTO_TEST_CASE(flapping_starts_and_stops) {
  const auto calm = check(0, 1, 1);
  const auto wild = check(0, 1, 1, true);
  BOOST_TEST((events_of(wild, &calm).at(0).action == EventAction::started));
  BOOST_TEST((events_of(calm, &wild).at(0).action == EventAction::stopped));
}

BOOST_AUTO_TEST_CASE(a_comment_comes_and_goes_once) {
  wire::CommentRegister value;
  value.author = "ann";
  value.text = "why";
  const auto there = reg(wire::RegisterKind::comment, value);
  value.deleted = true;
  value.author = value.text = "";
  const auto gone = reg(wire::RegisterKind::comment, value);
  const auto added = events_of(there, nullptr).at(0);
  BOOST_TEST((added.action == EventAction::added));
  BOOST_TEST(added.author == "ann");
  BOOST_TEST(added.text == "why");
  BOOST_TEST(events_of(there, &there).empty());
  const auto removed = events_of(gone, &there).at(0);
  BOOST_TEST((removed.action == EventAction::removed));
  BOOST_TEST(removed.text == "why", "of the comment that it was");
  BOOST_TEST(events_of(gone, &gone).empty(), "another core deletes it too");
}

BOOST_AUTO_TEST_CASE(a_comment_of_an_acknowledgement_is_no_event_unless_a_persistent_one_is_deleted) {
  wire::CommentRegister value;
  value.text = "seen";
  value.of_acknowledgement = true;
  const auto passing = reg(wire::RegisterKind::comment, value);
  value.persistent = true;
  const auto persistent = reg(wire::RegisterKind::comment, value);
  wire::CommentRegister deletion;
  deletion.deleted = true;
  const auto gone = reg(wire::RegisterKind::comment, deletion);
  BOOST_TEST(events_of(passing, nullptr).empty());
  BOOST_TEST(events_of(persistent, nullptr).empty());
  BOOST_TEST(events_of(gone, &passing).empty());
  BOOST_TEST(events_of(gone, &persistent).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_downtime_is_added_starts_and_is_over) {
  wire::DowntimeRegister value;
  value.comment = "work";
  const auto planned = reg(wire::RegisterKind::downtime, value);
  value.flexible_start_s = 5;
  const auto begun = reg(wire::RegisterKind::downtime, value);
  value.deleted = true;
  const auto over = reg(wire::RegisterKind::downtime, value);
  BOOST_TEST((events_of(planned, nullptr).at(0).action == EventAction::added));
  BOOST_TEST((events_of(begun, &planned).at(0).action == EventAction::started));
  BOOST_TEST((events_of(over, &begun).at(0).action == EventAction::removed));
  BOOST_TEST(events_of(over, &begun).at(0).author.empty(), "the command names nobody");
  BOOST_TEST(events_of(over, &begun).at(0).cause == "command");
  BOOST_TEST(events_of(over, &over).empty());
  value.ended = true;
  const auto ended = events_of(reg(wire::RegisterKind::downtime, value), &begun).at(0);
  BOOST_TEST((ended.action == EventAction::ended));
  BOOST_TEST(ended.text == "work");
  BOOST_TEST(ended.cause.empty());
  value = {};
  value.fixed = true;
  value.fixed_start_s = 7;
  const auto fixed = reg(wire::RegisterKind::downtime, value);
  BOOST_TEST((events_of(fixed, &planned).at(0).action == EventAction::started));
  BOOST_TEST(events_of(fixed, &fixed).empty());
  BOOST_TEST(events_of(fixed, nullptr).size() == 2u, "it was planned for now, and its first register was replaced at once");
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_is_set_and_cleared) {
  wire::AcknowledgementRegister value;
  const auto none = reg(wire::RegisterKind::acknowledgement, value);
  value.set = true;
  value.text = "mine";
  const auto set = reg(wire::RegisterKind::acknowledgement, value);
  BOOST_TEST((events_of(set, nullptr).at(0).action == EventAction::added));
  BOOST_TEST(events_of(set, &set).empty());
  BOOST_TEST((events_of(none, &set).at(0).action == EventAction::removed));
  BOOST_TEST(events_of(none, &set).at(0).author.empty(), "who set it has not removed it");
  BOOST_TEST(events_of(none, &set).at(0).cause == "command");
  BOOST_TEST(events_of(none, nullptr).empty());
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_ends_with_what_it_is_about) {
  const auto about = [](int state, std::uint64_t last_ok, std::uint64_t last_change) {
    wire::CheckRegister value;
    value.current_state = state;
    value.last_hard_ok_hlc = last_ok;
    value.last_change_hlc = last_change;
    return reg(wire::RegisterKind::check, value);
  };
  const auto made = [](bool sticky) {
    wire::AcknowledgementRegister value;
    value.set = true;
    value.sticky = sticky;
    value.author = "ann";
    value.text = "mine";
    auto content = reg(wire::RegisterKind::acknowledgement, value);
    content.version.hlc = 10;
    return content;
  };
  const auto problem = about(2, 1, 5), worse = about(1, 1, 20), well = about(0, 20, 20);
  BOOST_TEST(acknowledgement_holds(made(false), problem));
  const auto recovery = acknowledgement_ended(made(true), problem, well);
  BOOST_REQUIRE(recovery.has_value());
  BOOST_TEST((recovery->action == EventAction::ended));
  BOOST_TEST(recovery->cause == "recovery");
  BOOST_TEST(recovery->text == "mine");
  BOOST_TEST(recovery->author.empty());
  BOOST_TEST(acknowledgement_ended(made(false), problem, worse)->cause == "state change");
  BOOST_TEST(!acknowledgement_ended(made(true), problem, worse).has_value(), "a sticky one goes on");
  BOOST_TEST(!acknowledgement_ended(made(false), well, well).has_value(), "it was over before");
}

BOOST_AUTO_TEST_CASE(an_attribute_is_changed) {
  wire::AttributeRegister value;
  value.name = "checks_enabled";
  value.value = "0";
  const auto off = reg(wire::RegisterKind::attribute, value);
  BOOST_TEST(events_of(off, nullptr).at(0).text == "checks_enabled=0");
  BOOST_TEST(events_of(off, &off).empty());
}

BOOST_AUTO_TEST_CASE(a_notification_counts_at_who_sent_it) {
  wire::NotificationRecord value;
  value.holder = id(1);
  value.notification.number = 2;
  const auto open = reg(wire::RegisterKind::notification, value);
  value.sent = true;
  value.contacts = 3;
  auto sent = reg(wire::RegisterKind::notification, value);
  sent.rank = 1;
  sent.version.writer = id(1);
  BOOST_TEST(events_of(open, nullptr).empty());
  BOOST_REQUIRE(events_of(sent, &open).size() == 1u);
  BOOST_TEST(events_of(sent, &open)[0].contacts == 3u);
  BOOST_TEST(events_of(sent, &sent).empty());
  sent.version.writer = id(2);
  BOOST_TEST(events_of(sent, &open).empty(), "another's word");
  value.contacts = 0;
  BOOST_TEST(events_of(reg(wire::RegisterKind::notification, value), &open).empty(), "nobody was told");
}

BOOST_AUTO_TEST_SUITE_END()
