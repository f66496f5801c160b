#include "codec_samples.hpp"

namespace merlin::wire::test {
namespace {

NodeId node(std::uint8_t first) {
  NodeId id;
  for (std::uint8_t& byte : id.bytes) byte = first++;
  return id;
}

const Heard heard{.node_id = node(0x20),
                  .instance = 0x2001,
                  .number = 21,
                  .age_ms = 22,
                  .direct = true,
                  .beat = {{.node_id = node(0x20), .number = 23, .heard = {{.node_id = node(0x30), .number = 24, .beat = {}}}}},
                  .hold_ms = 25};
const InFlight in_flight{.object = {.host = 0x3101, .service = 0x3102}, .wait_ms = 33, .runner = node(0x10)};
const InventoryHost inventory_host{.name = "host 1", .services = {"CPU", "", "Disk /"}};
const Version version{.term = 41, .side = 42, .hlc = 0x4301, .writer = node(0x40)};
const Register a_register{.object = {.host = 0x5101, .service = 0x5102},
                          .kind = RegisterKind::told,
                          .version = version,
                          .base_ms = 53,
                          .value = std::string("value\0\xff", 7),
                          .item = 0x5401,
                          .rank = 0x5501};
const CheckResult result{.object = {.host = 0x6101, .service = 0x6102},
                         .passive = true,
                         .return_code = -63,
                         .early_timeout = true,
                         .exited_ok = true,
                         .start_ms = 64,
                         .finish_ms = 65,
                         .latency_s = 0.5,
                         .output = "OK - fine|load=1\nmore\n\xe4",
                         .sent_ms = 66,
                         .number = 69};
const Command command{.object = {.host = 0x6301, .service = 0x6302},
                      .line = "SEND_CUSTOM_HOST_NOTIFICATION;web;0;me;\xe4",
                      .sent_ms = 67,
                      .number = 68,
                      .given_ms = 69};
const ForwardedResult forwarded{.taker = node(0x70),
                                .taker_instance = 0x7101,
                                .number = 72,
                                .hops = 73,
                                .result = result,
                                .command = {command},
                                .heard_instance = 0x7401,
                                .heard_number = 75};
const TakenMark taken_mark{.taker = node(0xc0), .taker_instance = 0xc101, .number = 193};
const Notification notification{.object = {.host = 0xb101, .service = 0xb102},
                                .kind = NotificationKind::custom,
                                .number = 3,
                                .start = 0xb201,
                                .cause = 0xb301,
                                .author = "root",
                                .text = "look\xff",
                                .options = 4,
                                .state = 2,
                                .notified_on = 5};
const ForwardedAck forwarded_ack{.taker = node(0x80), .taker_instance = 0x8101, .number = 82};
const NodeName node_name{.node_id = node(0x90), .name = "peer09"};
const SaidWeight said_weight{.node_id = node(0xa0), .weight = 161};

}  // namespace

template <>
const Hello& sample() {
  static const Hello m{.oldest_version = 1,
                       .newest_version = 2,
                       .cluster = "production",
                       .node_id = node(0x10),
                       .node_name = "peer01",
                       .type = NodeType::master,
                       .instance = 0xfedcba9876543210,
                       .program_version = "0.1.0",
                       .inventory_digest = 9};
  return m;
}

template <>
const Refuse& sample() {
  static const Refuse m{.reason = RefuseReason::busy, .text = "try again"};
  return m;
}

template <>
const Goodbye& sample() {
  static const Goodbye m{.away_ms = 60000, .text = "upgrade"};
  return m;
}

template <>
const Beat& sample() {
  static const Beat m{.node_id = node(0x10),
                      .instance = 2,
                      .number = 3,
                      .interval_ms = 4,
                      .core = CoreHealth::stalled,
                      .core_loop_age_ms = 6,
                      .core_timeout_ms = 7,
                      .excused_ms = 8,
                      .term = 9,
                      .side = 10,
                      .standing_term = 11,
                      .standing_side = 12,
                      .phase = NodePhase::drained,
                      .wall_ms = 1'700'000'000'014,
                      .claims_number = 15,
                      .claims_count = 16,
                      .claims_xor = 17,
                      .info_number = 18,
                      .table_digest = 19,
                      .heard = {heard, {}},
                      .overdue = 21,
                      .checks_run = 22,
                      .table_second = 23};
  return m;
}

template <>
const Heard& sample() {
  return heard;
}

template <>
const NodeInfo& sample() {
  static const NodeInfo m{.node_id = node(0x10),
                          .instance = 2,
                          .number = 3,
                          .name = "peer01",
                          .program_version = "0.1.0",
                          .weight = 0,
                          .said_weights = {said_weight, {.node_id = node(0xb0), .weight = 0}},
                          .inventory_digest = 8,
                          .config_digest = 9,
                          .config_changed_ms = -10,
                          .knows_nodes = {node(0x20), node(0x30)},
                          .core_program = "nagios4 4.4.6",
                          .majority = true,
                          .voters = {node(0x10), node(0x20)},
                          .config_history = {15, 16}};
  return m;
}

template <>
const SaidWeight& sample() {
  return said_weight;
}

template <>
const Claims& sample() {
  static const Claims m{.node_id = node(0x10), .instance = 2, .number = 3, .whole = true, .added = {5, 0, 6}, .removed = {7}};
  return m;
}

template <>
const Ask& sample() {
  static const Ask m{.claims = true, .info = true, .inventory = true};
  return m;
}

template <>
const Want& sample() {
  static const Want m{.number = 1, .units = {2, 3}};
  return m;
}

template <>
const Yield& sample() {
  static const Yield m{.number = 1, .units = {2, 3}, .in_flight = {in_flight, {}}};
  return m;
}

template <>
const InFlight& sample() {
  return in_flight;
}

template <>
const Inventory& sample() {
  static const Inventory m{.node_id = node(0x10),
                           .digest = 2,
                           .part = 3,
                           .last = true,
                           .hosts = {inventory_host, {.name = "h\xf6st 2", .services = {}}},
                           .config_digest = 6,
                           .config_changed_ms = 7};
  return m;
}

template <>
const InventoryHost& sample() {
  return inventory_host;
}

template <>
const Order& sample() {
  static const Order m{.kind = OrderKind::undrain};
  return m;
}

template <>
const Version& sample() {
  return version;
}

template <>
const Register& sample() {
  return a_register;
}

template <>
const Rows& sample() {
  static const Rows m{.table_id = 1, .upto = 300, .stream = RowStream::compare, .rows = {a_register, {}}};
  return m;
}

template <>
const RowsAck& sample() {
  static const RowsAck m{.table_id = 1, .upto = 2, .stream = RowStream::backlog};
  return m;
}

template <>
const Follow& sample() {
  static const Follow m{.table_id = 1, .upto = 2};
  return m;
}

template <>
const Digests& sample() {
  static const Digests m{.table_id = 1, .round = 2, .buckets = {3, 0, 0xffffffffffffffff}};
  return m;
}

template <>
const Differing& sample() {
  static const Differing m{.round = 1, .buckets = {0, 127, 128, 4095, 0xffffffff}};
  return m;
}

template <>
const SyncDone& sample() {
  static const SyncDone m{.round = 1, .table_id = 2, .upto = 3};
  return m;
}

template <>
const ForwardedResult& sample() {
  return forwarded;
}

template <>
const ForwardedAck& sample() {
  return forwarded_ack;
}

template <>
const Relayed& sample() {
  static const Relayed m{.from = node(0x10), .to = node(0x20), .type = 3, .payload = std::string("\0\x01", 2)};
  return m;
}

template <>
const CheckResult& sample() {
  return result;
}

template <>
const CheckRegister& sample() {
  static const CheckRegister m{.current_state = 1,
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
                               .taken = {taken_mark, {}}};
  return m;
}

template <>
const CoreHello& sample() {
  static const CoreHello m{.oldest_version = 1,
                           .newest_version = 2,
                           .boot_id = 3,
                           .program = "nagios4 4.4.6",
                           .module_version = "0.1.0",
                           .pid = 6,
                           .cluster = "production"};
  return m;
}

template <>
const CoreWelcome& sample() {
  static const CoreWelcome m{.node_id = node(0x10),
                             .node_name = "peer01",
                             .program_version = "0.1.0",
                             .daemon_instance = 4,
                             .hlc_floor = 5,
                             .names = {node_name, {}}};
  return m;
}

template <>
const NodeName& sample() {
  return node_name;
}

template <>
const CoreBeat& sample() {
  static const CoreBeat m{.number = 1, .checks_run = 2, .overdue = 3, .dirty = 4, .dropped = 5, .hlc = 6};
  return m;
}

template <>
const CoreBusy& sample() {
  static const CoreBusy m{.limit_ms = 5000, .what = "saving retention data"};
  return m;
}

template <>
const CoreAway& sample() {
  static const CoreAway m{.reload = true};
  return m;
}

template <>
const CoreRows& sample() {
  static const CoreRows m{.rows = {{}, a_register}, .epoch = 2, .kind = CoreRowsKind::initial_last, .batch = 4};
  return m;
}

template <>
const CoreResults& sample() {
  static const CoreResults m{.results = {result, {}}, .epoch = 2, .commands = {command, {}}};
  return m;
}

template <>
const Epoch& sample() {
  static const Epoch m{.number = 1,
                       .term = 2,
                       .side = 3,
                       .whole = true,
                       .added = {5, 6},
                       .removed = {7},
                       .in_flight = {in_flight},
                       .takeover_rate = 8.5,
                       .everything = true};
  return m;
}

template <>
const CoreClaims& sample() {
  static const CoreClaims m{.epoch = 1, .whole = true, .added = {3, 4}, .removed = {5}, .in_flight = {in_flight}};
  return m;
}

template <>
const RowsToCore& sample() {
  static const RowsToCore m{.batch = 1, .live = {a_register}, .imposed = {{}, a_register}};
  return m;
}

template <>
const RowsConfirmed& sample() {
  static const RowsConfirmed m{.batch = 1};
  return m;
}

template <>
const ResultsToCore& sample() {
  static const ResultsToCore m{.results = {forwarded, {}}};
  return m;
}

template <>
const ResultsTaken& sample() {
  static const ResultsTaken m{.taken = {forwarded_ack, {}}, .refused = {{}, forwarded_ack}};
  return m;
}

template <>
const DaemonAway& sample() {
  static const DaemonAway m{.away_ms = 30000};
  return m;
}

template <>
const DaemonBeat& sample() {
  static const DaemonBeat m{.heard = 7};
  return m;
}

template <>
const Command& sample() {
  return command;
}

template <>
const TakenMark& sample() {
  return taken_mark;
}

template <>
const AcknowledgementRegister& sample() {
  static const AcknowledgementRegister m{
      .set = true, .sticky = true, .notify = true, .persistent = true, .author = "root", .text = "known\xff", .entry_s = 7};
  return m;
}

template <>
const CommentRegister& sample() {
  static const CommentRegister m{
      .deleted = true, .author = "root", .text = "two\nlines", .entry_s = 4, .persistent = true, .external = true, .expire_s = 7};
  return m;
}

template <>
const DowntimeRegister& sample() {
  static const DowntimeRegister m{.deleted = true,
                                  .author = "root",
                                  .comment = "move\xff",
                                  .entry_s = 4,
                                  .start_s = 5,
                                  .end_s = 6,
                                  .fixed = true,
                                  .duration_s = 8,
                                  .triggered_by = 0x901,
                                  .triggered_by_object = {.host = 0xa01, .service = 0xb01},
                                  .flexible_start_s = 12};
  return m;
}

template <>
const AttributeRegister& sample() {
  static const AttributeRegister m{.name = "check_interval", .value = "5\xff"};
  return m;
}

template <>
const Notification& sample() {
  return notification;
}

template <>
const ToldRegister& sample() {
  static const ToldRegister m{.notification = notification, .holder = node(0xd0), .sent = true, .contacts = 4, .told_s = 5};
  return m;
}

template <>
const NotifyAsk& sample() {
  static const NotifyAsk m{.question = 0x101, .notification = notification};
  return m;
}

template <>
const NotifyReply& sample() {
  static const NotifyReply m{.question = 0x101, .vote = NotifyVote::holder, .holder = node(0xe0), .rows = {a_register, {}}};
  return m;
}

template <>
const NotifyVoid& sample() {
  static const NotifyVoid m{.question = 0x101, .notification = notification};
  return m;
}

template <>
const NotifyTell& sample() {
  static const NotifyTell m{.notification = notification};
  return m;
}

template <>
const EventMark& sample() {
  static const EventMark m{.node = node(0xd1), .epoch = 0x201, .first = 3, .last = 400};
  return m;
}

template <>
const EventMarks& sample() {
  static const EventMarks m{.marks = {sample<EventMark>(), {}}};
  return m;
}

template <>
const EventsAsk& sample() {
  static const EventsAsk m{.node = node(0xd2), .epoch = 0x202, .first = 3, .last = 502};
  return m;
}

template <>
const Event& sample() {
  static const Event m{.time_ms = -1,
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
                       .text = "why\n\xff"};
  return m;
}

template <>
const Events& sample() {
  static const Events m{.node = node(0xd3), .epoch = 0x203, .kept_from = 4, .first = 500, .events = {sample<Event>(), {}}};
  return m;
}

template <>
const Recheck& sample() {
  static const Recheck m{.object = {0x601, 0x602}};
  return m;
}

template <>
const RowsSafe& sample() {
  static const RowsSafe m{.batch = 1, .results = {2, 300}};
  return m;
}

template <>
const NotifyRequest& sample() {
  static const NotifyRequest m{.request = 1, .notification = notification, .epoch = 3};
  return m;
}

template <>
const NotifyVerdict& sample() {
  static const NotifyVerdict m{
      .request = 1, .decision = NotifyDecision::told, .notification = notification, .valid_ms = 4, .question = 0x501, .delegated = true};
  return m;
}

template <>
const NotifyDone& sample() {
  static const NotifyDone m{.question = 0x101, .sent = true, .contacts = 3, .notification = notification, .filtered = true};
  return m;
}

}  // namespace merlin::wire::test
