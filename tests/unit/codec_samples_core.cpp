// Samples of registers, of what a module and its daemon send to each other, of notifications and of events.
#include "tests/unit/codec_sample_parts.hpp"

namespace merlin::wire::test {

template <>
const CheckRegister& sample() {
  static const CheckRegister kSample{.current_state = 1,
                                     .last_state = -2,
                                     .last_hard_state = 3,
                                     .state_type = -4,
                                     .current_attempt = 5,
                                     .has_been_checked = true,
                                     .passive = true,
                                     .is_flapping = true,
                                     .check_flapping_recovery_notification = true,
                                     .no_more_notifications = true,
                                     .notification_number = 11,
                                     .notified_on = 12,
                                     .percent_state_change = 13.25,
                                     .latency_s = -14.5,
                                     .execution_time_s = 15e-3,
                                     .output = "output",
                                     .long_output = "long output",
                                     .perf_data = "load=1",
                                     .state_history = std::string("\0\1\2\3", 4),
                                     .state_history_index = 20,
                                     .host_problem_at_last_check = true,
                                     .should_be_scheduled = true,
                                     .last_check = 30,
                                     .next_check = -31,
                                     .last_state_change = 0,
                                     .last_hard_state_change = 33,
                                     .last_time_state_0 = 34,
                                     .last_time_state_1 = 35,
                                     .last_time_state_2 = 36,
                                     .last_time_state_3 = 37,
                                     .last_notification = 38,
                                     .next_notification = 39,
                                     .last_hard_ok_hlc = 40,
                                     .last_change_hlc = 41,
                                     .taken = {kTakenMark, {}},
                                     .logged_as = LoggedAs::hard,
                                     .logged_attempt = 46};
  return kSample;
}

template <>
const CoreHello& sample() {
  static const CoreHello kSample{.oldest_version = 1,
                                 .newest_version = 2,
                                 .boot_id = 3,
                                 .program = "nagios4 4.4.6",
                                 .module_version = "0.1.0",
                                 .pid = 6,
                                 .cluster = "production"};
  return kSample;
}

template <>
const CoreWelcome& sample() {
  static const CoreWelcome kSample{.node_id = node(0x10),
                                   .node_name = "peer01",
                                   .program_version = "0.1.0",
                                   .daemon_instance = 4,
                                   .hlc_floor = 5,
                                   .names = {kNodeName, {}}};
  return kSample;
}

template <>
const NodeName& sample() {
  return kNodeName;
}

template <>
const CoreHeartbeat& sample() {
  static const CoreHeartbeat kSample{.number = 1, .checks_run = 2, .overdue = 3, .dirty = 4, .dropped = 5, .hlc = 6};
  return kSample;
}

template <>
const CoreBusy& sample() {
  static const CoreBusy kSample{.limit_ms = 5000, .what = "saving retention data"};
  return kSample;
}

template <>
const CoreAway& sample() {
  static const CoreAway kSample{.reload = true, .disabled = "e", .again_s = 10};
  return kSample;
}

template <>
const CoreRows& sample() {
  static const CoreRows kSample{.rows = {{}, kARegister}, .epoch = 2, .kind = CoreRowsKind::initial_last, .batch = 4};
  return kSample;
}

template <>
const CoreResults& sample() {
  static const CoreResults kSample{.results = {kResult, {}}, .epoch = 2, .commands = {kCommand, {}}};
  return kSample;
}

template <>
const Epoch& sample() {
  static const Epoch kSample{.number = 1,
                             .term = 2,
                             .side = 3,
                             .whole = true,
                             .added = {5, 6},
                             .removed = {7},
                             .in_flight = {kInFlight},
                             .takeover_rate = 8.5,
                             .everything = true};
  return kSample;
}

template <>
const CoreClaims& sample() {
  static const CoreClaims kSample{.epoch = 1, .whole = true, .added = {3, 4}, .removed = {5}, .in_flight = {kInFlight}};
  return kSample;
}

template <>
const RowsToCore& sample() {
  static const RowsToCore kSample{.batch = 1, .live = {kARegister}, .imposed = {{}, kARegister}};
  return kSample;
}

template <>
const RowsConfirmed& sample() {
  static const RowsConfirmed kSample{.batch = 1};
  return kSample;
}

template <>
const ResultsToCore& sample() {
  static const ResultsToCore kSample{.results = {kForwarded, {}}};
  return kSample;
}

template <>
const ResultsTaken& sample() {
  static const ResultsTaken kSample{.taken = {kForwardedAck, {}}, .refused = {{}, kForwardedAck}};
  return kSample;
}

template <>
const DaemonAway& sample() {
  static const DaemonAway kSample{.away_ms = 30000};
  return kSample;
}

template <>
const DaemonHeartbeat& sample() {
  static const DaemonHeartbeat kSample{.heard = 7};
  return kSample;
}

template <>
const Command& sample() {
  return kCommand;
}

template <>
const TakenMark& sample() {
  return kTakenMark;
}

template <>
const AcknowledgementRegister& sample() {
  static const AcknowledgementRegister kSample{
      .set = true, .sticky = true, .notify = true, .persistent = true, .author = "root", .text = "known\xff", .entry_s = 7};
  return kSample;
}

template <>
const CommentRegister& sample() {
  static const CommentRegister kSample{.deleted = true,
                                       .author = "root",
                                       .text = "two\nlines",
                                       .entry_s = 4,
                                       .persistent = true,
                                       .external = true,
                                       .expire_s = 7,
                                       .of_acknowledgement = true};
  return kSample;
}

template <>
const DowntimeRegister& sample() {
  static const DowntimeRegister kSample{.deleted = true,
                                        .author = "root",
                                        .comment = "move\xff",
                                        .entry_s = 4,
                                        .start_s = 5,
                                        .end_s = 6,
                                        .fixed = true,
                                        .duration_s = 8,
                                        .triggered_by = 0x901,
                                        .triggered_by_object = {.host = 0xa01, .service = 0xb01},
                                        .flexible_start_s = 12,
                                        .fixed_start_s = 13,
                                        .ended = true};
  return kSample;
}

template <>
const AttributeRegister& sample() {
  static const AttributeRegister kSample{.name = "check_interval", .value = "5\xff"};
  return kSample;
}

template <>
const Notification& sample() {
  return kNotification;
}

template <>
const NotificationRecord& sample() {
  static const NotificationRecord kSample{.notification = kNotification, .holder = node(0xd0), .sent = true, .contacts = 4, .told_s = 5};
  return kSample;
}

template <>
const NotifyAsk& sample() {
  static const NotifyAsk kSample{.question = 0x101, .notification = kNotification};
  return kSample;
}

template <>
const NotifyReply& sample() {
  static const NotifyReply kSample{.question = 0x101, .vote = NotifyVote::holder, .holder = node(0xe0), .rows = {kARegister, {}}};
  return kSample;
}

template <>
const NotifyVoid& sample() {
  static const NotifyVoid kSample{.question = 0x101, .notification = kNotification};
  return kSample;
}

template <>
const NotifyTell& sample() {
  static const NotifyTell kSample{.notification = kNotification};
  return kSample;
}

template <>
const EventMark& sample() {
  static const EventMark kSample{.node = node(0xd1), .epoch = 0x201, .first = 3, .last = 400};
  return kSample;
}

template <>
const EventMarks& sample() {
  static const EventMarks kSample{.marks = {sample<EventMark>(), {}}};
  return kSample;
}

template <>
const EventsAsk& sample() {
  static const EventsAsk kSample{.node = node(0xd2), .epoch = 0x202, .first = 3, .last = 502};
  return kSample;
}

template <>
const Event& sample() {
  static const Event kSample{.time_ms = -1,
                             .kind = EventKind::attribute,
                             .action = EventAction::stopped,
                             .host = "h\xff",
                             .service = "s",
                             .state = -2,
                             .hard = true,
                             .attempt = 3,
                             .notification = NotificationKind::custom,
                             .contacts = 4,
                             .author = "root",
                             .text = "why\n\xff",
                             .cause = "recovery",
                             .log = {"SERVICE NOTIFICATION: a;h;s", ""}};
  return kSample;
}

template <>
const Events& sample() {
  static const Events kSample{.node = node(0xd3), .epoch = 0x203, .kept_from = 4, .first = 500, .events = {sample<Event>(), {}}};
  return kSample;
}

template <>
const Recheck& sample() {
  static const Recheck kSample{.object = {0x601, 0x602}};
  return kSample;
}

template <>
const RowsSafe& sample() {
  static const RowsSafe kSample{.batch = 1, .results = {2, 300}};
  return kSample;
}

template <>
const NotifyRequest& sample() {
  static const NotifyRequest kSample{.request = 1, .notification = kNotification, .epoch = 3};
  return kSample;
}

template <>
const NotifyVerdict& sample() {
  static const NotifyVerdict kSample{
      .request = 1, .decision = NotifyDecision::told, .notification = kNotification, .valid_ms = 4, .question = 0x501, .delegated = true};
  return kSample;
}

template <>
const NotifyDone& sample() {
  static const NotifyDone kSample{.question = 0x101,
                                  .sent = true,
                                  .contacts = 3,
                                  .notification = kNotification,
                                  .filtered = true,
                                  .log = {"HOST NOTIFICATION: a;h", "\xff"}};
  return kSample;
}

template <>
const NotificationLog& sample() {
  static const NotificationLog kSample{
      .node = node(0xd4), .epoch = 0x204, .number = 3, .time_ms = 1'700'000'000'004, .log = {"HOST NOTIFICATION: a;h", "\xff"}};
  return kSample;
}

}  // namespace merlin::wire::test
