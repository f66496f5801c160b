// Messages between a core and its daemon (see messages.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/wire/message_type.hpp"
#include "shared/wire/messages_events.hpp"
#include "shared/wire/messages_link.hpp"
#include "shared/wire/messages_state.hpp"

namespace merlin::wire {

enum class CoreRowsKind : std::uint8_t { write = 0, initial = 1, initial_last = 2 };

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

struct CoreHeartbeat {
  static constexpr MessageType type_id = MessageType::core_heartbeat;
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
  std::string disabled;
  std::uint32_t again_s = 0;
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

struct DaemonHeartbeat {
  static constexpr MessageType type_id = MessageType::daemon_heartbeat;
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
  bool filtered = false;
  std::vector<std::string> log;
};

struct Recheck {
  static constexpr MessageType type_id = MessageType::recheck;
  ObjectKey object;  // host = 1, service = 2
};

struct NotificationLog {
  static constexpr MessageType type_id = MessageType::notification_log;
  NodeId node;
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
  std::int64_t time_ms = 0;
  std::vector<std::string> log;
};

}  // namespace merlin::wire
