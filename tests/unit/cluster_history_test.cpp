// What counts as having happened: as a core would log it, and each thing once.
#include <boost/test/unit_test.hpp>

#include "cluster/history.hpp"
#include "cluster_support.hpp"
#include "wire/codec.hpp"

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
  BOOST_TEST(events_of(over, &over).empty());
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
  BOOST_TEST(events_of(none, nullptr).empty());
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
  wire::ToldRegister value;
  value.holder = id(1);
  value.notification.number = 2;
  const auto open = reg(wire::RegisterKind::told, value);
  value.sent = true;
  value.contacts = 3;
  auto sent = reg(wire::RegisterKind::told, value);
  sent.rank = 1;
  sent.version.writer = id(1);
  BOOST_TEST(events_of(open, nullptr).empty());
  BOOST_REQUIRE(events_of(sent, &open).size() == 1u);
  BOOST_TEST(events_of(sent, &open)[0].contacts == 3u);
  BOOST_TEST(events_of(sent, &sent).empty());
  sent.version.writer = id(2);
  BOOST_TEST(events_of(sent, &open).empty(), "another's word");
  value.contacts = 0;
  BOOST_TEST(events_of(reg(wire::RegisterKind::told, value), &open).empty(), "nobody was told");
}

BOOST_AUTO_TEST_SUITE_END()
