// Messages between daemons about themselves and about ownership (see messages.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/wire/message_type.hpp"

namespace merlin::wire {

enum class NodeType : std::uint8_t { peer = 0, poller = 1, master = 2 };
enum class RefuseReason : std::uint8_t { other = 0, version = 1, cluster = 2, unknown_node = 3, identity = 4, busy = 5 };
enum class CoreHealth : std::uint8_t { gone = 0, well = 1, busy = 2, stalled = 3 };
enum class NodePhase : std::uint8_t { joining = 0, ready = 1, drained = 2 };
enum class OrderKind : std::uint8_t { drain = 0, undrain = 1 };

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

struct Heartbeat {
  static constexpr MessageType type_id = MessageType::heartbeat;
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
  std::vector<Heartbeat> heartbeat;  // none or one
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
  std::vector<std::uint64_t> config_history;
  std::string drain_reason;
  std::int64_t drain_until_ms = 0;
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
  NodeId runner;
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
  std::string reason{};
  std::int64_t until_ms = 0;

  bool operator==(const Order&) const = default;
};

struct Relayed {
  static constexpr MessageType type_id = MessageType::relayed;
  NodeId from;
  NodeId to;
  std::uint32_t type = 0;
  std::string payload;
};

}  // namespace merlin::wire
