// Notifications and the history of events (see messages.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/wire/message_type.hpp"
#include "shared/wire/messages_state.hpp"

namespace merlin::wire {

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

enum class EventAction : std::uint8_t { happened = 0, added = 1, removed = 2, started = 3, stopped = 4, ended = 5 };

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

struct NotificationRecord {
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

// A part of one stream that the sender has: see merlin.proto.
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
  std::string cause;
  std::vector<std::string> log;

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

}  // namespace merlin::wire
