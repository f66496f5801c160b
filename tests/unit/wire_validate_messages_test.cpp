// Validation, message by message: what is corrected, and that what fit() has made of any core's data is accepted.
// F50 F51 I9
#include "shared/wire/notification_log.hpp"
#include "tests/unit/wire_validate_support.hpp"

namespace merlin::wire {
namespace {

BOOST_AUTO_TEST_CASE(control_characters_become_spaces) {
  CheckRegister state = good_check();
  state.output = "\x1b[31mred\x07\x7f \t\xff\xfe";
  state.long_output = "one\r\\ntwo";
  Register row = row_of(RegisterKind::check, state);
  Rejects rejects;
  BOOST_TEST(validate(row, rejects));
  BOOST_TEST(rejects.empty());
  const auto again = decode<CheckRegister>(row.value);
  BOOST_REQUIRE(again.ok());
  BOOST_TEST(again->output == " [31mred   \t\xff\xfe");
  BOOST_TEST(again->long_output == "one \\ntwo");
  BOOST_TEST(again->perf_data == state.perf_data);
}

BOOST_AUTO_TEST_CASE(results_have_lines) {
  CheckResult result;
  result.output = "first | a=1\r\nsecond\x07";
  Rejects rejects;
  BOOST_TEST(validate(result, rejects));
  BOOST_TEST(result.output == "first | a=1 \nsecond ");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.output = std::string(kMaxResultBytes, 'x'); })) == "");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.output = std::string(kMaxResultBytes + 1, 'x'); })) == "text_too_long");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.output = std::string("a\0b", 3); })) == "line_break");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.return_code = -7; })) == "");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.start_ms = kHuge; })) == "time");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.finish_ms = -1; })) == "time");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.sent_ms = kHuge; })) == "time");
  BOOST_TEST(rejected(made<CheckResult>([](CheckResult& m) { m.latency_s = std::numeric_limits<double>::infinity(); })) == "number");
}

BOOST_AUTO_TEST_CASE(an_order_has_a_short_reason_of_one_line_and_a_possible_end) {
  BOOST_TEST(rejected(made<Order>([](Order& m) { m.reason = std::string(kMaxDrainReasonBytes, 'x'); })) == "");
  BOOST_TEST(rejected(made<Order>([](Order& m) { m.reason = std::string(kMaxDrainReasonBytes + 1, 'x'); })) == "text_too_long");
  BOOST_TEST(rejected(made<Order>([](Order& m) { m.reason = "a\nb"; })) == "line_break");
  BOOST_TEST(rejected(made<Order>([](Order& m) { m.until_ms = -1; })) == "time");
  BOOST_TEST(rejected(made<Order>([](Order& m) { m.until_ms = kHuge; })) == "time");
  Order order{.reason = "a\x1b[2Jb"};
  Rejects rejects;
  BOOST_TEST(validate(order, rejects));
  BOOST_TEST(order.reason == "a [2Jb");
}

BOOST_AUTO_TEST_CASE(log_lines_are_those_of_notifications_and_few) {
  std::vector<std::string> log;
  BOOST_TEST(add_to_log(log, "SERVICE NOTIFICATION: a;b\n"));
  BOOST_TEST(add_to_log(log, "HOST NOTIFICATION: a\x1b\nb"));
  BOOST_TEST(!add_to_log(log, "HOST ALERT: a"));
  BOOST_TEST(!add_to_log(log, ""));
  BOOST_TEST(log == (std::vector<std::string>{"SERVICE NOTIFICATION: a;b", "HOST NOTIFICATION: a  b"}), boost::test_tools::per_element());
  while (log.size() < kMaxNotificationLogLines) BOOST_TEST(add_to_log(log, "HOST NOTIFICATION: a"));
  BOOST_TEST(!add_to_log(log, "HOST NOTIFICATION: a"));

  std::vector<std::string> longer;
  BOOST_TEST(add_to_log(longer, "HOST NOTIFICATION: " + std::string(2 * kMaxNotificationLogBytes, 'x')));
  BOOST_TEST(longer.front().size() == kMaxNotificationLogBytes);
  BOOST_TEST(!add_to_log(longer, "HOST NOTIFICATION: a"));

  NotifyDone done;
  done.log = log;
  BOOST_TEST(rejected(done) == "");
  done.log.push_back("HOST NOTIFICATION: one too many");
  BOOST_TEST(rejected(done) == "count corrected");
  NotificationLog elsewhere;
  elsewhere.log = {"HOST ALERT: a", "HOST NOTIFICATION: b"};
  BOOST_TEST(rejected(elsewhere) == "count corrected");
  elsewhere.log.clear();
  elsewhere.time_ms = kHuge;
  BOOST_TEST(rejected(elsewhere) == "time");
  Event event;
  event.log = {"[1] SHUTDOWN_PROGRAM"};
  Rejects rejects;
  BOOST_TEST(validate(event, rejects));
  BOOST_TEST(event.log.empty());
  BOOST_TEST(rejects.total() == 1u);
}

BOOST_AUTO_TEST_CASE(commands_are_one_line) {
  Command command;
  command.line = "SCHEDULE_FORCED_SVC_CHECK;host;service;1";
  BOOST_TEST(rejected(command) == "");
  command.line += "\n[1] SHUTDOWN_PROGRAM";
  BOOST_TEST(rejected(command) == "line_break");
  command.line = std::string(kMaxCommandBytes + 1, 'x');
  BOOST_TEST(rejected(command) == "text_too_long");
  ForwardedResult forwarded;
  forwarded.command = {command};
  BOOST_TEST(rejected(forwarded) == "text_too_long");
  forwarded.command.clear();
  forwarded.hops = 2;
  BOOST_TEST(rejected(forwarded) == "number");
}

BOOST_AUTO_TEST_CASE(results_of_a_core_stand_for_themselves) {
  CoreResults message;
  message.results = {made<CheckResult>([](CheckResult& m) { m.number = 1; }), made<CheckResult>([](CheckResult& m) {
                       m.start_ms = kHuge;
                       m.number = 2;
                     })};
  message.commands = {made<Command>([](Command& m) {
                        m.line = "A;b\n";
                        m.number = 3;
                      }),
                      made<Command>([](Command& m) {
                        m.line = "A;b";
                        m.number = 4;
                      })};
  Rejects rejects;
  BOOST_TEST(validate(message, rejects));
  BOOST_REQUIRE(message.results.size() == 1U);
  BOOST_TEST(message.results.front().number == 1U);
  BOOST_REQUIRE(message.commands.size() == 1U);
  BOOST_TEST(message.commands.front().number == 4U);
  BOOST_TEST(rejects.total() == 2U);
}

BOOST_AUTO_TEST_CASE(notifications) {
  const auto with_text = [](const std::string& text) {
    NotifyAsk ask;
    ask.notification.text = text;
    return ask;
  };
  BOOST_TEST(rejected(with_text("look")) == "");
  BOOST_TEST(rejected(with_text(kForged)) == "line_break");
  BOOST_TEST(rejected(NotifyTell{with_text(kForged).notification}) == "line_break");
  BOOST_TEST(rejected(NotifyVoid{1, with_text(kForged).notification}) == "line_break");
  NotifyRequest request;
  request.notification.author = kForged;
  BOOST_TEST(rejected(request) == "line_break");
  NotifyReply reply;
  reply.rows.resize(kMaxRowsInReply + 1);
  BOOST_TEST(rejected(reply) == "count");
  NotifyAsk odd;
  odd.notification.options = ~0U;
  Rejects rejects;
  BOOST_TEST(validate(odd, rejects));
  BOOST_TEST(odd.notification.options == kNotificationOptions);
}

// Left out, an event would be a gap that is requested for ever.
BOOST_AUTO_TEST_CASE(an_event_keeps_its_place) {
  Events message;
  message.events.resize(2);
  Event& event = message.events.back();
  event.time_ms = kHuge;
  event.text = std::string(kMaxEventTextBytes, 'x') + "\n";
  event.state = -1;
  Rejects rejects;
  BOOST_TEST(validate(message, rejects));
  BOOST_REQUIRE(message.events.size() == 2U);
  BOOST_TEST(event.time_ms == kEndOfTime_ms - 1);
  BOOST_TEST(event.text == std::string(kMaxEventTextBytes, 'x'));
  BOOST_TEST(event.state == 0);
  BOOST_TEST(reason_of(rejects) == "text_too_long line_break time number");
  message.events.resize(kMaxEventsInMessage + 1);
  BOOST_TEST(rejected(message) == "count");
}

BOOST_AUTO_TEST_CASE(what_nodes_say_of_themselves) {
  BOOST_TEST(rejected(made<Heartbeat>([](Heartbeat& m) { m.wall_ms = kHuge; })) == "time");
  BOOST_TEST(rejected(made<Heartbeat>([](Heartbeat& m) { m.wall_ms = kNow_ms; })) == "");
  Heartbeat carrier;
  carrier.heard.resize(1);
  carrier.heard.front().heartbeat = {made<Heartbeat>([](Heartbeat& m) { m.wall_ms = -1; })};
  BOOST_TEST(rejected(carrier) == "time");
  carrier.heard = std::vector<Heard>(kMaxListedNodes + 1);
  BOOST_TEST(rejected(carrier) == "count");
  NodeInfo info;
  info.name = "peer\nforged";
  BOOST_TEST(rejected(info) == "line_break");
  info.name = std::string(kMaxNodeTextBytes + 1, 'n');
  BOOST_TEST(rejected(info) == "text_too_long");
  BOOST_TEST(rejected(made<NodeInfo>([](NodeInfo& m) { m.drain_reason = "a\nb"; })) == "line_break");
  BOOST_TEST(rejected(made<NodeInfo>([](NodeInfo& m) { m.drain_until_ms = kHuge; })) == "time");
  Inventory inventory;
  inventory.hosts = {{"host", {std::string(kMaxObjectNameBytes + 1, 's')}}};
  BOOST_TEST(rejected(inventory) == "text_too_long corrected");
  inventory.hosts = {{"ho\nst", {}}};
  BOOST_TEST(rejected(inventory) == "line_break corrected");
  inventory.config_changed_ms = kHuge;
  inventory.hosts.clear();
  BOOST_TEST(rejected(inventory) == "time");
  Refuse refuse{RefuseReason::other, std::string(kMaxReasonBytes, 'x') + "\nforged"};
  Rejects rejects;
  BOOST_TEST(validate(refuse, rejects));
  BOOST_TEST(refuse.text == std::string(kMaxReasonBytes, 'x'));
  Yield yield;
  yield.in_flight = {{{1, 2}, ~0U, {}}};
  BOOST_TEST(validate(yield, rejects));
  BOOST_TEST(yield.in_flight.front().wait_ms == kMaxInFlightWait_ms);
  BOOST_TEST(rejected(made<Epoch>([](Epoch& m) { m.takeover_rate = std::numeric_limits<double>::quiet_NaN(); })) == "number");
}

BOOST_AUTO_TEST_CASE(texts_are_cut_between_characters) {
  const auto cut_to = [](std::string text, std::size_t bytes) {
    cut(text, bytes);
    return text;
  };
  BOOST_TEST(cut_to("abc", 3) == "abc");
  BOOST_TEST(cut_to("abcd", 3) == "abc");
  BOOST_TEST(cut_to("ab\xc3\xa9", 3) == "ab");
  BOOST_TEST(cut_to("a\xe2\x98\x83z", 3) == "a");
  BOOST_TEST(cut_to("a\xe2\x98\x83z", 4) == "a\xe2\x98\x83");
  BOOST_TEST(cut_to("\x80\x80\x80\x80\x80\x80", 5) == "\x80\x80\x80\x80\x80");
}

BOOST_AUTO_TEST_CASE(what_a_core_has_is_fitted) {
  CheckRegister state = good_check();
  state.current_state = 9;
  state.latency_s = std::numeric_limits<double>::infinity();
  state.next_check = kHuge;
  state.output = std::string(kMaxPluginBytes - 10, 'x') + "\n";
  state.perf_data = "a=1 bcd=12345";
  state.long_output = "long\nlines\\n\\\\";
  fit(state, kNow_ms);
  BOOST_TEST(rejected(row_of(RegisterKind::check, state)) == "");
  BOOST_TEST(state.perf_data == "a=1");
  BOOST_TEST(state.long_output == "long\\n");
  BOOST_TEST(state.output.back() == ' ');
  BOOST_TEST(!state.next_check.has_value());
  CheckRegister cut_within_escape = good_check();
  cut_within_escape.output.assign(kMaxPluginBytes - 3, 'x');
  cut_within_escape.perf_data.clear();
  cut_within_escape.long_output = "ab\\nc";
  fit(cut_within_escape, kNow_ms);
  BOOST_TEST(cut_within_escape.long_output == "ab");
}

// Anything that a struct can contain.
template <class Content, class Fit>
bool is_fitted(RegisterKind kind, Fit fit_content) {
  return rc::check([=] {
    Content content = test::generate<Content>(test::Text::bytes);
    fit_content(content);
    RC_ASSERT(rejected(row_of(kind, content)) == "");
  });
}

BOOST_AUTO_TEST_CASE(whatever_is_fitted_is_accepted) {
  BOOST_TEST(is_fitted<CheckRegister>(RegisterKind::check, [](CheckRegister& c) {
    c.taken.clear();
    fit(c, kNow_ms);
  }));
  BOOST_TEST(is_fitted<AcknowledgementRegister>(RegisterKind::acknowledgement, [](AcknowledgementRegister& a) {
    a.entry_s = kNow_s;
    fit(a);
  }));
  BOOST_TEST(is_fitted<CommentRegister>(RegisterKind::comment, [](CommentRegister& c) {
    c.entry_s = c.expire_s = kNow_s;
    fit(c);
  }));
  BOOST_TEST(is_fitted<NotificationRecord>(RegisterKind::notification, [](NotificationRecord& r) {
    r.contacts = 1;
    r.told_s = kNow_s;
    fit(r.notification);
  }));
  BOOST_TEST(rc::check([] {
    CheckResult result = test::generate<CheckResult>(test::Text::bytes);
    fit(result);
    result.sent_ms = kNow_ms;
    RC_ASSERT(rejected(result) == "");
  }));
}

// What was accepted once is accepted everywhere, unchanged: nodes relay it, and the store returns it. The fuzzer tries everything.
template <class Message>
void check_accepted_again() {
  BOOST_TEST(rc::check([] {
    Message message = test::generate<Message>(test::Text::bytes);
    Rejects first, second;
    if (!validate(message, first)) return;
    const std::string bytes = encode(message);
    RC_ASSERT(validate(message, second));
    RC_ASSERT(second.empty());
    RC_ASSERT(encode(message) == bytes);
  }));
}

BOOST_AUTO_TEST_CASE(accepted_is_accepted_again) {
  check_accepted_again<CheckResult>();
  check_accepted_again<NodeInfo>();
  check_accepted_again<NotifyAsk>();
  check_accepted_again<Events>();
}

}  // namespace
}  // namespace merlin::wire
