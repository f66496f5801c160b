// Validation: what it accepts, what it rejects and why, what it corrects; and that it accepts what fit() has made of any core's data.
// F50 F51 I9
#include "tests/unit/wire_validate_support.hpp"

namespace merlin::wire {
namespace {

struct Case {
  std::string name;
  Register row;
  std::string reason;  // empty: accepted

  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

template <class Content>
Case with(std::string name, RegisterKind kind, Content content, const std::function<void(Content&)>& change, std::string reason) {
  change(content);
  return {std::move(name), row_of(kind, content), std::move(reason)};
}

template <class Change>
Case check(std::string name, Change change, std::string reason) {
  return with<CheckRegister>("check " + name, RegisterKind::check, good_check(), change, std::move(reason));
}
template <class Change>
Case comment(std::string name, Change change, std::string reason) {
  return with<CommentRegister>("comment " + name, RegisterKind::comment, good_comment(), change, std::move(reason));
}
template <class Change>
Case downtime(std::string name, Change change, std::string reason) {
  return with<DowntimeRegister>("downtime " + name, RegisterKind::downtime, good_downtime(), change, std::move(reason));
}
template <class Change>
Case acknowledgement(std::string name, Change change, std::string reason) {
  return with<AcknowledgementRegister>("acknowledgement " + name, RegisterKind::acknowledgement, good_acknowledgement(), change,
                                       std::move(reason));
}
template <class Change>
Case attribute(std::string name, Change change, std::string reason) {
  return with<AttributeRegister>("attribute " + name, RegisterKind::attribute, good_attribute(), change, std::move(reason));
}
template <class Change>
Case record(std::string name, Change change, std::string reason) {
  return with<NotificationRecord>("record " + name, RegisterKind::notification, good_record(), change, std::move(reason));
}

std::vector<Case> register_cases() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  std::vector<Case> cases{
      check(
          "as it is", [](auto&) {}, ""),
      check(
          "at the limit", [](auto& c) { c.perf_data.clear(), c.long_output.clear(), c.output.assign(kMaxPluginBytes, 'x'); }, ""),
      check(
          "one byte more", [](auto& c) { c.perf_data.clear(), c.long_output = "y", c.output.assign(kMaxPluginBytes, 'x'); },
          "text_too_long"),
      check(
          "5 MB", [](auto& c) { c.output.assign(5'000'000, 'x'); }, "text_too_long"),
      check(
          "line break in the output", [](auto& c) { c.output = kForged; }, "line_break"),
      check(
          "line break in the long output", [](auto& c) { c.long_output = kForged; }, "line_break"),
      check(
          "line break in the performance data", [](auto& c) { c.perf_data = kForged; }, "line_break"),
      check(
          "NUL in the output", [](auto& c) { c.output = std::string("a\0b", 3); }, "line_break"),
      check(
          "state 4", [](auto& c) { c.current_state = 4; }, "number"),
      check(
          "state -1", [](auto& c) { c.last_hard_state = -1; }, "number"),
      check(
          "state type 2", [](auto& c) { c.state_type = 2; }, "number"),
      check(
          "attempt -1", [](auto& c) { c.current_attempt = -1; }, "number"),
      check(
          "notification number -1", [](auto& c) { c.notification_number = -1; }, "number"),
      check(
          "101 %", [](auto& c) { c.percent_state_change = 101; }, "number"),
      check(
          "NaN %", [=](auto& c) { c.percent_state_change = nan; }, "number"),
      check(
          "infinite latency", [=](auto& c) { c.latency_s = infinite; }, "number"),
      check(
          "NaN execution time", [=](auto& c) { c.execution_time_s = nan; }, "number"),
      check(
          "passive result of 1970", [](auto& c) { c.latency_s = 1.79e9; }, ""),
      check(
          "next check in 2^62 ms", [](auto& c) { c.next_check = kHuge; }, "time"),
      check(
          "last check before -2^62 ms", [](auto& c) { c.last_check = -kHuge; }, "time"),
      check(
          "last check in the year 10000", [](auto& c) { c.last_check = kEndOfTime_ms - kNow_ms; }, "time"),
      check(
          "last check in the year 9999", [](auto& c) { c.last_check = kEndOfTime_ms - kNow_ms - 1; }, ""),
      check(
          "last check before 1970", [](auto& c) { c.last_check = -kNow_ms - 1000; }, ""),
      check(
          "long history", [](auto& c) { c.state_history.assign(kMaxStateHistory + 1, '\0'); }, "count"),
      check(
          "many marks", [](auto& c) { c.taken.resize(kMaxTakenMarks + 1); }, "count"),
      acknowledgement(
          "as it is", [](auto&) {}, ""),
      acknowledgement(
          "withdrawn", [](auto& a) { a = {}; }, ""),
      acknowledgement(
          "line break in the author", [](auto& a) { a.author = kForged; }, "line_break"),
      acknowledgement(
          "line break in the text", [](auto& a) { a.text = kForged; }, "line_break"),
      acknowledgement(
          "entry in 2^62", [](auto& a) { a.entry_s = kHuge; }, "time"),
      comment(
          "as it is", [](auto&) {}, ""),
      comment(
          "deleted", [](auto& c) { c = {}, c.deleted = true; }, ""),
      comment(
          "line break in the author", [](auto& c) { c.author = kForged; }, "line_break"),
      comment(
          "line break in the text", [](auto& c) { c.text = kForged; }, "line_break"),
      comment(
          "long author", [](auto& c) { c.author.assign(kMaxAuthorBytes + 1, 'a'); }, "text_too_long"),
      comment(
          "long text", [](auto& c) { c.text.assign(kMaxCommentBytes + 1, 'a'); }, "text_too_long"),
      comment(
          "text at the limit", [](auto& c) { c.text.assign(kMaxCommentBytes, 'a'); }, ""),
      comment(
          "expires in 2^62", [](auto& c) { c.expire_s = kHuge; }, "time"),
      comment(
          "expires before 1970", [](auto& c) { c.expire_s = -1; }, "time"),
      comment(
          "expires in the year 10000", [](auto& c) { c.expire_s = kEndOfTime_s; }, "time"),
      comment(
          "expires in the year 9999", [](auto& c) { c.expire_s = kEndOfTime_s - 1; }, ""),
      downtime(
          "as it is", [](auto&) {}, ""),
      downtime(
          "deleted", [](auto& d) { d = {}, d.deleted = true; }, ""),
      downtime(
          "line break in the author", [](auto& d) { d.author = kForged; }, "line_break"),
      downtime(
          "line break in the comment", [](auto& d) { d.comment = kForged; }, "line_break"),
      downtime(
          "for 2^62 s", [](auto& d) { d.duration_s = kHuge; }, "duration"),
      downtime(
          "for -1 s", [](auto& d) { d.duration_s = -1; }, "duration"),
      downtime(
          "flexible for ten years", [](auto& d) { d.duration_s = kMaxDuration_s; }, ""),
      downtime(
          "flexible for longer", [](auto& d) { d.duration_s = kMaxDuration_s + 1; }, "duration"),
      downtime(
          "fixed until 2099", [](auto& d) { d.fixed = true, d.end_s = 4'070'908'800, d.duration_s = d.end_s - d.start_s; }, ""),
      downtime(
          "fixed for 2^62 s", [](auto& d) { d.fixed = true, d.duration_s = kHuge; }, "duration"),
      downtime(
          "that ends before it starts", [](auto& d) { d.end_s = d.start_s - 1; }, "time"),
      downtime(
          "that ends in 2^62", [](auto& d) { d.end_s = kHuge; }, "time"),
      downtime(
          "that began in 2^62", [](auto& d) { d.flexible_start_s = kHuge; }, "time"),
      attribute(
          "as it is", [](auto&) {}, ""),
      attribute(
          "line break in the value",
          [](auto& a) {
            a = {"_NOTE", kForged};
          },
          "line_break"),
      attribute(
          "line break in the name", [](auto& a) { a.name = "_N\nOTE"; }, "line_break"),
      attribute(
          "interval NaN", [](auto& a) { a.value = "nan"; }, "number"),
      attribute(
          "interval infinite", [](auto& a) { a.value = "inf"; }, "number"),
      attribute(
          "interval negative", [](auto& a) { a.value = "-1"; }, "number"),
      attribute(
          "interval of words", [](auto& a) { a.value = "often"; }, "number"),
      attribute(
          "no attempts",
          [](auto& a) {
            a = {"max_attempts", "0"};
          },
          "number"),
      attribute(
          "of a later version",
          [](auto& a) {
            a = {"something_new", "nan"};
          },
          ""),
      record(
          "as it is", [](auto&) {}, ""),
      record(
          "line break in the author", [](auto& r) { r.notification.author = kForged; }, "line_break"),
      record(
          "line break in the text", [](auto& r) { r.notification.text = kForged; }, "line_break"),
      record(
          "number 2^32-1", [](auto& r) { r.notification.number = ~0U; }, "number"),
      record(
          "state 9", [](auto& r) { r.notification.state = 9; }, "number"),
      record(
          "contacts 2^32-1", [](auto& r) { r.contacts = ~0U; }, "number"),
      record(
          "told in 2^62", [](auto& r) { r.told_s = kHuge; }, "time"),
  };
  Case unreadable{"content of another kind", row_of(RegisterKind::check, good_comment()), "unreadable"};
  unreadable.row.value = "\xff\xff";
  cases.push_back(unreadable);
  Case base{"time of the row 2^62", row_of(RegisterKind::comment, good_comment()), "number"};
  base.row.base_ms = kHuge;
  cases.push_back(base);
  Case large{"content of 4 MB", row_of(RegisterKind::attribute, good_attribute()), "text_too_long"};
  large.row.value.append(4'000'000, '\0');
  cases.push_back(large);
  return cases;
}

BOOST_DATA_TEST_CASE(registers, register_cases(), one) {
  Register row = one.row;
  Rejects rejects;
  BOOST_TEST(validate(row, rejects) == one.reason.empty());
  BOOST_TEST(reason_of(rejects) == one.reason);
  BOOST_TEST(rejects.total() == (one.reason.empty() ? 0U : 1U));
  if (!one.reason.empty()) BOOST_TEST((rejects.object() == one.row.object));
  BOOST_TEST(row.value == one.row.value);
}

BOOST_AUTO_TEST_CASE(a_name_out_of_bounds_takes_no_other_object_with_it) {
  Inventory inventory;
  inventory.hosts = {{"web", {"http", std::string(kMaxObjectNameBytes + 1, 's'), "ssh"}},
                     {std::string(kMaxObjectNameBytes + 1, 'h'), {"http"}},
                     {"d\nb", {}},
                     {"mail", {std::string(kMaxObjectNameBytes, 's')}}};
  Rejects rejects;
  BOOST_TEST(validate(inventory, rejects));
  BOOST_REQUIRE(inventory.hosts.size() == 2U);
  BOOST_TEST(inventory.hosts[0].services == (std::vector<std::string>{"http", "ssh"}), boost::test_tools::per_element());
  BOOST_TEST(inventory.hosts[1].name == "mail");
  BOOST_TEST(inventory.hosts[1].services.size() == 1U);
  BOOST_TEST(rejects.count(RejectReason::text_too_long) == 2U);
  BOOST_TEST(rejects.count(RejectReason::line_break) == 1U);
  BOOST_TEST(rejects.what() == "service: " + std::string(40, 's') + " has 4097 bytes; 4096 are allowed");
  BOOST_TEST((rejects.object() == ObjectKey{host_key("web"), 0}));
}

BOOST_AUTO_TEST_CASE(a_rejected_row_takes_no_other_one_with_it) {
  Rows message;
  message.upto = 9;
  CommentRegister bad = good_comment();
  bad.expire_s = kHuge;
  message.rows = {row_of(RegisterKind::comment, good_comment()), row_of(RegisterKind::comment, bad),
                  row_of(RegisterKind::check, good_check())};
  Rejects rejects;
  BOOST_TEST(validate(message, rejects));
  BOOST_TEST(message.rows.size() == 2U);
  BOOST_TEST(message.upto == 9U);
  BOOST_TEST(rejects.count(RejectReason::time) == 1U);
  BOOST_TEST(rejects.what() == "comment: expire_s is 4611686018427387904; 0 to 253402300799 are allowed");
}

}  // namespace
}  // namespace merlin::wire
