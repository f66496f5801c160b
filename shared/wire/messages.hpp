// The messages of merlin.proto as plain structs, field for field. What each field means stands there. A member's
// default is proto3's: what is absent on the wire is zero, false or empty.
// encode() and decode() are in codec.hpp.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"

namespace merlin::wire {

enum class MessageType : std::uint8_t {
  hello = 1,
  refuse = 2,
  goodbye = 3,
  beat = 10,
  node_info = 11,
  claims = 12,
  ask = 13,
  want = 14,
  yield = 15,
  inventory = 16,
  order = 17,
  rows = 20,
  rows_ack = 21,
  follow = 22,
  digests = 23,
  differing = 24,
  sync_done = 25,
  forwarded_result = 26,
  forwarded_ack = 27,
  relayed = 28,
  notify_ask = 30,
  notify_reply = 31,
  notify_void = 32,
  event_marks = 33,
  events_ask = 34,
  events = 35,
  notify_tell = 36,
  core_hello = 40,
  core_welcome = 41,
  core_beat = 42,
  core_busy = 43,
  core_away = 44,
  core_rows = 45,
  core_results = 46,
  epoch = 47,
  core_claims = 48,
  rows_to_core = 49,
  rows_confirmed = 50,
  results_to_core = 51,
  results_taken = 52,
  daemon_away = 53,
  daemon_beat = 54,
  rows_safe = 55,
  notify_request = 56,
  notify_verdict = 57,
  notify_done = 58,
  recheck = 59,
};

enum class NodeType : std::uint8_t { peer = 0, poller = 1, master = 2 };
enum class RefuseReason : std::uint8_t { other = 0, version = 1, cluster = 2, unknown_node = 3, identity = 4, busy = 5 };
enum class CoreHealth : std::uint8_t { gone = 0, well = 1, busy = 2, stalled = 3 };
enum class NodePhase : std::uint8_t { joining = 0, ready = 1, drained = 2 };
enum class OrderKind : std::uint8_t { drain = 0, undrain = 1 };
enum class RegisterKind : std::uint8_t { check = 0, acknowledgement = 1, comment = 2, downtime = 3, attribute = 4, told = 5 };
enum class NotificationKind : std::uint8_t {
  problem = 0,
  recovery = 1,
  acknowledgement = 2,
  flapping_start = 3,
  flapping_stop = 4,
  flapping_disabled = 5,
  downtime_start = 6,
  downtime_end = 7,
  downtime_cancelled = 8,
  custom = 9,
};
enum class NotifyVote : std::uint8_t { grant = 0, stale = 1, sent = 2, holder = 3 };
enum class NotifyDecision : std::uint8_t { drop = 0, send = 1, told = 2 };
enum class EventKind : std::uint8_t {
  alert = 0,
  notification = 1,
  comment = 2,
  downtime = 3,
  acknowledgement = 4,
  flapping = 5,
  attribute = 6,
};
enum class EventAction : std::uint8_t { happened = 0, added = 1, removed = 2, started = 3, stopped = 4 };
enum class RowStream : std::uint8_t { live = 0, backlog = 1, compare = 2 };
enum class CoreRowsKind : std::uint8_t { write = 0, initial = 1, initial_last = 2 };

struct Hello {
  static constexpr MessageType type_id = MessageType::hello;
  std::uint32_t oldest_version = 0;
  std::uint32_t newest_version = 0;
  std::string cluster;
  NodeId node_id;
  std::string node_name;
  NodeType type = NodeType::peer;
  std::uint64_t instance = 0;
  std::string program_version;
  std::uint64_t inventory_digest = 0;
};

struct Refuse {
  static constexpr MessageType type_id = MessageType::refuse;
  RefuseReason reason = RefuseReason::other;
  std::string text;
};

struct Goodbye {
  static constexpr MessageType type_id = MessageType::goodbye;
  std::uint32_t away_ms = 0;
  std::string text;
};

struct Heard;

struct Beat {
  static constexpr MessageType type_id = MessageType::beat;
  NodeId node_id;
  std::uint64_t instance = 0;
  std::uint64_t number = 0;
  std::uint32_t interval_ms = 0;
  CoreHealth core = CoreHealth::gone;
  std::uint32_t core_loop_age_ms = 0;
  std::uint32_t core_timeout_ms = 0;
  std::uint32_t excused_ms = 0;
  std::uint64_t term = 0;
  std::uint32_t side = 0;
  std::uint64_t standing_term = 0;
  std::uint32_t standing_side = 0;
  NodePhase phase = NodePhase::joining;
  std::int64_t wall_ms = 0;
  std::uint64_t claims_number = 0;
  std::uint32_t claims_count = 0;
  std::uint64_t claims_xor = 0;
  std::uint64_t info_number = 0;
  std::uint64_t table_digest = 0;
  std::vector<Heard> heard;
  std::uint32_t overdue = 0;
  std::uint64_t checks_run = 0;
  std::uint64_t table_second = 0;
};

struct Heard {
  NodeId node_id;
  std::uint64_t instance = 0;
  std::uint64_t number = 0;
  std::uint32_t age_ms = 0;
  bool direct = false;
  std::vector<Beat> beat;  // none or one
  std::uint32_t hold_ms = 0;
};

struct SaidWeight {
  NodeId node_id;
  std::uint32_t weight = 0;
};

struct NodeInfo {
  static constexpr MessageType type_id = MessageType::node_info;
  NodeId node_id;
  std::uint64_t instance = 0;
  std::uint64_t number = 0;
  std::string name;
  std::string program_version;
  std::optional<std::uint32_t> weight;
  std::vector<SaidWeight> said_weights;
  std::uint64_t inventory_digest = 0;
  std::uint64_t config_digest = 0;
  std::int64_t config_changed_ms = 0;
  std::vector<NodeId> knows_nodes;
  std::string core_program;
  bool majority = false;
  std::vector<NodeId> voters;
};

struct Claims {
  static constexpr MessageType type_id = MessageType::claims;
  NodeId node_id;
  std::uint64_t instance = 0;
  std::uint64_t number = 0;
  bool whole = false;
  std::vector<std::uint64_t> added;
  std::vector<std::uint64_t> removed;
};

struct Ask {
  static constexpr MessageType type_id = MessageType::ask;
  bool claims = false;
  bool info = false;
  bool inventory = false;
};

struct Want {
  static constexpr MessageType type_id = MessageType::want;
  std::uint64_t number = 0;
  std::vector<std::uint64_t> units;
};

struct InFlight {
  ObjectKey object;  // host = 1, service = 2
  std::uint32_t wait_ms = 0;
};

struct Yield {
  static constexpr MessageType type_id = MessageType::yield;
  std::uint64_t number = 0;
  std::vector<std::uint64_t> units;
  std::vector<InFlight> in_flight;
};

struct InventoryHost {
  std::string name;
  std::vector<std::string> services;
};

struct Inventory {
  static constexpr MessageType type_id = MessageType::inventory;
  NodeId node_id;
  std::uint64_t digest = 0;
  std::uint32_t part = 0;
  bool last = false;
  std::vector<InventoryHost> hosts;
  std::uint64_t config_digest = 0;
  std::int64_t config_changed_ms = 0;
};

struct Order {
  static constexpr MessageType type_id = MessageType::order;
  OrderKind kind = OrderKind::drain;
};

// Orders writes of a register; the greater wins. Never shown as a time.
struct Version {
  std::uint64_t term = 0;
  std::uint32_t side = 0;
  std::uint64_t hlc = 0;
  NodeId writer;

  auto operator<=>(const Version&) const = default;
};

struct Register {
  ObjectKey object;  // host = 1, service = 2
  RegisterKind kind = RegisterKind::check;
  Version version;
  std::int64_t base_ms = 0;
  std::string value;
  std::uint64_t item = 0;
  std::uint64_t rank = 0;
};

struct Rows {
  static constexpr MessageType type_id = MessageType::rows;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
  RowStream stream = RowStream::live;
  std::vector<Register> rows;
};

struct RowsAck {
  static constexpr MessageType type_id = MessageType::rows_ack;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
  RowStream stream = RowStream::live;
};

struct Follow {
  static constexpr MessageType type_id = MessageType::follow;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
};

struct Digests {
  static constexpr MessageType type_id = MessageType::digests;
  std::uint64_t table_id = 0;
  std::uint64_t round = 0;
  std::vector<std::uint64_t> buckets;
};

struct Differing {
  static constexpr MessageType type_id = MessageType::differing;
  std::uint64_t round = 0;
  std::vector<std::uint32_t> buckets;
};

struct SyncDone {
  static constexpr MessageType type_id = MessageType::sync_done;
  std::uint64_t round = 0;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
};

struct CheckResult {
  ObjectKey object;  // host = 1, service = 2
  bool passive = false;
  std::int32_t return_code = 0;
  bool early_timeout = false;
  bool exited_ok = false;
  std::int64_t start_ms = 0;
  std::int64_t finish_ms = 0;
  double latency_s = 0;
  std::string output;
  std::int64_t sent_ms = 0;
  std::uint64_t number = 0;
};

struct Command {
  ObjectKey object;  // host = 1, service = 2
  std::string line;
  std::int64_t sent_ms = 0;
  std::uint64_t number = 0;
  std::int64_t given_ms = 0;
};

struct ForwardedResult {
  static constexpr MessageType type_id = MessageType::forwarded_result;
  NodeId taker;
  std::uint64_t taker_instance = 0;
  std::uint64_t number = 0;
  std::uint32_t hops = 0;
  CheckResult result;
  std::vector<Command> command;  // none or one; then there is no result
  std::uint64_t heard_instance = 0;
  std::uint64_t heard_number = 0;
};

struct ForwardedAck {
  static constexpr MessageType type_id = MessageType::forwarded_ack;
  NodeId taker;
  std::uint64_t taker_instance = 0;
  std::uint64_t number = 0;
};

struct Relayed {
  static constexpr MessageType type_id = MessageType::relayed;
  NodeId from;
  NodeId to;
  std::uint32_t type = 0;
  std::string payload;
};

struct TakenMark {
  NodeId taker;
  std::uint64_t taker_instance = 0;
  std::uint64_t number = 0;
};

// The check register of a host or service. Times: milliseconds relative to Register::base_ms.
struct CheckRegister {
  std::int32_t current_state = 0;
  std::int32_t last_state = 0;
  std::int32_t last_hard_state = 0;
  std::int32_t state_type = 0;
  std::int32_t current_attempt = 0;
  bool has_been_checked = false;
  bool passive = false;
  bool is_flapping = false;
  bool check_flapping_recovery_notification = false;
  bool no_more_notifications = false;
  std::int32_t notification_number = 0;
  std::uint32_t notified_on = 0;
  double percent_state_change = 0;
  double latency_s = 0;
  double execution_time_s = 0;
  std::string output;
  std::string long_output;
  std::string perf_data;
  std::string state_history;
  std::uint32_t state_history_index = 0;
  bool host_problem_at_last_check = false;
  bool should_be_scheduled = false;
  std::optional<std::int64_t> last_check;
  std::optional<std::int64_t> next_check;
  std::optional<std::int64_t> last_state_change;
  std::optional<std::int64_t> last_hard_state_change;
  std::optional<std::int64_t> last_time_state_0;
  std::optional<std::int64_t> last_time_state_1;
  std::optional<std::int64_t> last_time_state_2;
  std::optional<std::int64_t> last_time_state_3;
  std::optional<std::int64_t> last_notification;
  std::optional<std::int64_t> next_notification;
  std::uint64_t last_hard_ok_hlc = 0;
  std::uint64_t last_change_hlc = 0;
  std::vector<TakenMark> taken;
};

struct AcknowledgementRegister {
  bool set = false;
  bool sticky = false;
  bool notify = false;
  bool persistent = false;
  std::string author;
  std::string text;
  std::int64_t entry_s = 0;
};

struct CommentRegister {
  bool deleted = false;
  std::string author;
  std::string text;
  std::int64_t entry_s = 0;
  bool persistent = false;
  bool external = false;
  std::int64_t expire_s = 0;
};

struct DowntimeRegister {
  bool deleted = false;
  std::string author;
  std::string comment;
  std::int64_t entry_s = 0;
  std::int64_t start_s = 0;
  std::int64_t end_s = 0;
  bool fixed = false;
  std::int64_t duration_s = 0;
  std::uint64_t triggered_by = 0;
  ObjectKey triggered_by_object;  // host = 10, service = 11
  std::int64_t flexible_start_s = 0;
};

struct AttributeRegister {
  std::string name;
  std::string value;
};

struct Notification {
  ObjectKey object;  // host = 1, service = 2
  NotificationKind kind = NotificationKind::problem;
  std::uint32_t number = 0;
  std::uint64_t start = 0;
  std::uint64_t cause = 0;
  std::string author;
  std::string text;
  std::uint32_t options = 0;
  std::int32_t state = 0;
  std::uint32_t notified_on = 0;
};

struct ToldRegister {
  Notification notification;
  NodeId holder;
  bool sent = false;
  std::uint32_t contacts = 0;
  std::int64_t told_s = 0;
};

struct NotifyAsk {
  static constexpr MessageType type_id = MessageType::notify_ask;
  std::uint64_t question = 0;
  Notification notification;
};

struct NotifyReply {
  static constexpr MessageType type_id = MessageType::notify_reply;
  std::uint64_t question = 0;
  NotifyVote vote = NotifyVote::grant;
  NodeId holder;
  std::vector<Register> rows;
};

struct NotifyVoid {
  static constexpr MessageType type_id = MessageType::notify_void;
  std::uint64_t question = 0;
  Notification notification;
};

struct NotifyTell {
  static constexpr MessageType type_id = MessageType::notify_tell;
  Notification notification;
};

// A stretch of one stream that its sender has: see merlin.proto.
struct EventMark {
  NodeId node;
  std::uint64_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

struct EventMarks {
  static constexpr MessageType type_id = MessageType::event_marks;
  std::vector<EventMark> marks;
};

struct EventsAsk {
  static constexpr MessageType type_id = MessageType::events_ask;
  NodeId node;
  std::uint64_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

struct Event {
  std::int64_t time_ms = 0;
  EventKind kind = EventKind::alert;
  EventAction action = EventAction::happened;
  std::string host;
  std::string service;
  std::int32_t state = 0;
  bool hard = false;
  std::uint32_t attempt = 0;
  NotificationKind notification = NotificationKind::problem;
  std::uint32_t contacts = 0;
  std::string author;
  std::string text;

  bool operator==(const Event&) const = default;
};

struct Events {
  static constexpr MessageType type_id = MessageType::events;
  NodeId node;
  std::uint64_t epoch = 0;
  std::uint64_t kept_from = 0;
  std::uint64_t first = 0;
  std::vector<Event> events;
};

struct CoreHello {
  static constexpr MessageType type_id = MessageType::core_hello;
  std::uint32_t oldest_version = 0;
  std::uint32_t newest_version = 0;
  std::uint64_t boot_id = 0;
  std::string program;
  std::string module_version;
  std::uint32_t pid = 0;
  std::string cluster;
};

struct NodeName {
  NodeId node_id;
  std::string name;
};

struct CoreWelcome {
  static constexpr MessageType type_id = MessageType::core_welcome;
  NodeId node_id;
  std::string node_name;
  std::string program_version;
  std::uint64_t daemon_instance = 0;
  std::uint64_t hlc_floor = 0;
  std::vector<NodeName> names;
};

struct CoreBeat {
  static constexpr MessageType type_id = MessageType::core_beat;
  std::uint64_t number = 0;
  std::uint64_t checks_run = 0;
  std::uint32_t overdue = 0;
  std::uint32_t dirty = 0;
  std::uint64_t dropped = 0;
  std::uint64_t hlc = 0;
};

struct CoreBusy {
  static constexpr MessageType type_id = MessageType::core_busy;
  std::uint32_t limit_ms = 0;
  std::string what;
};

struct CoreAway {
  static constexpr MessageType type_id = MessageType::core_away;
  bool reload = false;
};

struct CoreRows {
  static constexpr MessageType type_id = MessageType::core_rows;
  std::vector<Register> rows;
  std::uint64_t epoch = 0;
  CoreRowsKind kind = CoreRowsKind::write;
  std::uint64_t batch = 0;
};

struct CoreResults {
  static constexpr MessageType type_id = MessageType::core_results;
  std::vector<CheckResult> results;
  std::uint64_t epoch = 0;
  std::vector<Command> commands;
};

struct Epoch {
  static constexpr MessageType type_id = MessageType::epoch;
  std::uint64_t number = 0;
  std::uint64_t term = 0;
  std::uint32_t side = 0;
  bool whole = false;
  std::vector<std::uint64_t> added;
  std::vector<std::uint64_t> removed;
  std::vector<InFlight> in_flight;
  double takeover_rate = 0;
  bool everything = false;
};

struct CoreClaims {
  static constexpr MessageType type_id = MessageType::core_claims;
  std::uint64_t epoch = 0;
  bool whole = false;
  std::vector<std::uint64_t> added;
  std::vector<std::uint64_t> removed;
  std::vector<InFlight> in_flight;
};

struct RowsToCore {
  static constexpr MessageType type_id = MessageType::rows_to_core;
  std::uint64_t batch = 0;
  std::vector<Register> live;
  std::vector<Register> imposed;
};

struct RowsConfirmed {
  static constexpr MessageType type_id = MessageType::rows_confirmed;
  std::uint64_t batch = 0;
};

struct ResultsToCore {
  static constexpr MessageType type_id = MessageType::results_to_core;
  std::vector<ForwardedResult> results;
};

struct ResultsTaken {
  static constexpr MessageType type_id = MessageType::results_taken;
  std::vector<ForwardedAck> taken;
  std::vector<ForwardedAck> refused;
};

struct DaemonAway {
  static constexpr MessageType type_id = MessageType::daemon_away;
  std::uint32_t away_ms = 0;
};

struct DaemonBeat {
  static constexpr MessageType type_id = MessageType::daemon_beat;
  std::uint64_t heard = 0;
};

struct RowsSafe {
  static constexpr MessageType type_id = MessageType::rows_safe;
  std::uint64_t batch = 0;
  std::vector<std::uint64_t> results;
};

struct NotifyRequest {
  static constexpr MessageType type_id = MessageType::notify_request;
  std::uint64_t request = 0;
  Notification notification;
  std::uint64_t epoch = 0;
};

struct NotifyVerdict {
  static constexpr MessageType type_id = MessageType::notify_verdict;
  std::uint64_t request = 0;
  NotifyDecision decision = NotifyDecision::drop;
  Notification notification;
  std::uint32_t valid_ms = 0;
  std::uint64_t question = 0;
  bool delegated = false;
};

struct NotifyDone {
  static constexpr MessageType type_id = MessageType::notify_done;
  std::uint64_t question = 0;
  bool sent = false;
  std::uint32_t contacts = 0;
  Notification notification;
};

struct Recheck {
  static constexpr MessageType type_id = MessageType::recheck;
  ObjectKey object;  // host = 1, service = 2
};

}  // namespace merlin::wire
