// Samples of what daemons send to each other.
#include "tests/unit/codec_sample_parts.hpp"

namespace merlin::wire::test {

template <>
const Hello& sample() {
  static const Hello kSample{.oldest_version = 1,
                             .newest_version = 2,
                             .cluster = "production",
                             .node_id = node(0x10),
                             .node_name = "peer01",
                             .type = NodeType::master,
                             .instance = 0xfedcba9876543210,
                             .program_version = "0.1.0",
                             .inventory_digest = 9};
  return kSample;
}

template <>
const Refuse& sample() {
  static const Refuse kSample{.reason = RefuseReason::busy, .text = "try again"};
  return kSample;
}

template <>
const Goodbye& sample() {
  static const Goodbye kSample{.away_ms = 60000, .text = "upgrade"};
  return kSample;
}

template <>
const Heartbeat& sample() {
  static const Heartbeat kSample{.node_id = node(0x10),
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
                                 .heard = {kHeard, {}},
                                 .overdue = 21,
                                 .checks_run = 22,
                                 .table_second = 23};
  return kSample;
}

template <>
const Heard& sample() {
  return kHeard;
}

template <>
const NodeInfo& sample() {
  static const NodeInfo kSample{.node_id = node(0x10),
                                .instance = 2,
                                .number = 3,
                                .name = "peer01",
                                .program_version = "0.1.0",
                                .weight = 0,
                                .said_weights = {kSaidWeight, {.node_id = node(0xb0), .weight = 0}},
                                .inventory_digest = 8,
                                .config_digest = 9,
                                .config_changed_ms = -10,
                                .knows_nodes = {node(0x20), node(0x30)},
                                .core_program = "nagios4 4.4.6",
                                .majority = true,
                                .voters = {node(0x10), node(0x20)},
                                .config_history = {15, 16},
                                .drain_reason = "new kernel",
                                .drain_until_ms = 1'700'000'000'017};
  return kSample;
}

template <>
const SaidWeight& sample() {
  return kSaidWeight;
}

template <>
const Claims& sample() {
  static const Claims kSample{.node_id = node(0x10), .instance = 2, .number = 3, .whole = true, .added = {5, 0, 6}, .removed = {7}};
  return kSample;
}

template <>
const Ask& sample() {
  static const Ask kSample{.claims = true, .info = true, .inventory = true};
  return kSample;
}

template <>
const Want& sample() {
  static const Want kSample{.number = 1, .units = {2, 3}};
  return kSample;
}

template <>
const Yield& sample() {
  static const Yield kSample{.number = 1, .units = {2, 3}, .in_flight = {kInFlight, {}}};
  return kSample;
}

template <>
const InFlight& sample() {
  return kInFlight;
}

template <>
const Inventory& sample() {
  static const Inventory kSample{.node_id = node(0x10),
                                 .digest = 2,
                                 .part = 3,
                                 .last = true,
                                 .hosts = {kInventoryHost, {.name = "h\xf6st 2", .services = {}}},
                                 .config_digest = 6,
                                 .config_changed_ms = 7};
  return kSample;
}

template <>
const InventoryHost& sample() {
  return kInventoryHost;
}

template <>
const Order& sample() {
  static const Order kSample{.kind = OrderKind::undrain, .reason = "new kernel", .until_ms = 1'700'000'000'003};
  return kSample;
}

template <>
const Version& sample() {
  return kVersion;
}

template <>
const Register& sample() {
  return kARegister;
}

template <>
const Rows& sample() {
  static const Rows kSample{.table_id = 1, .upto = 300, .stream = RowStream::compare, .rows = {kARegister, {}}};
  return kSample;
}

template <>
const RowsAck& sample() {
  static const RowsAck kSample{.table_id = 1, .upto = 2, .stream = RowStream::backlog};
  return kSample;
}

template <>
const Follow& sample() {
  static const Follow kSample{.table_id = 1, .upto = 2};
  return kSample;
}

template <>
const Digests& sample() {
  static const Digests kSample{.table_id = 1, .round = 2, .buckets = {3, 0, 0xffffffffffffffff}};
  return kSample;
}

template <>
const Differing& sample() {
  static const Differing kSample{.round = 1, .buckets = {0, 127, 128, 4095, 0xffffffff}};
  return kSample;
}

template <>
const SyncDone& sample() {
  static const SyncDone kSample{.round = 1, .table_id = 2, .upto = 3};
  return kSample;
}

template <>
const ForwardedResult& sample() {
  return kForwarded;
}

template <>
const ForwardedAck& sample() {
  return kForwardedAck;
}

template <>
const Relayed& sample() {
  static const Relayed kSample{.from = node(0x10), .to = node(0x20), .type = 3, .payload = std::string("\0\x01", 2)};
  return kSample;
}

template <>
const CheckResult& sample() {
  return kResult;
}

}  // namespace merlin::wire::test
