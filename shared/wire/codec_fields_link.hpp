// Fields of the messages of merlin.proto (see codec_fields.hpp).
// Hello to Inventory: handshake, liveness, ownership.
#pragma once

#include "shared/wire/codec_fields.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::wire {

void fields(auto& visit, Of<Hello> auto& m) {
  visit(1, m.oldest_version);
  visit(2, m.newest_version);
  visit(3, m.cluster);
  visit(4, m.node_id);
  visit(5, m.node_name);
  visit(6, m.type);
  visit.fixed(7, m.instance);
  visit(8, m.program_version);
  visit.fixed(9, m.inventory_digest);
}

void fields(auto& visit, Of<Refuse> auto& m) {
  visit(1, m.reason);
  visit(2, m.text);
}

void fields(auto& visit, Of<Goodbye> auto& m) {
  visit(1, m.away_ms);
  visit(2, m.text);
}

void fields(auto& visit, Of<Heartbeat> auto& m) {
  visit(1, m.node_id);
  visit.fixed(2, m.instance);
  visit(3, m.number);
  visit(4, m.interval_ms);
  visit(5, m.core);
  visit(6, m.core_loop_age_ms);
  visit(7, m.core_timeout_ms);
  visit(8, m.excused_ms);
  visit(9, m.term);
  visit(10, m.side);
  visit(11, m.standing_term);
  visit(12, m.standing_side);
  visit(13, m.phase);
  visit(14, m.wall_ms);
  visit(15, m.claims_number);
  visit(16, m.claims_count);
  visit.fixed(17, m.claims_xor);
  visit(18, m.info_number);
  visit.fixed(19, m.table_digest);
  visit(20, m.heard);
  visit(21, m.overdue);
  visit(22, m.checks_run);
  visit(23, m.table_second);
}

void fields(auto& visit, Of<Heard> auto& m) {
  visit(1, m.node_id);
  visit.fixed(2, m.instance);
  visit(3, m.number);
  visit(4, m.age_ms);
  visit(5, m.direct);
  visit.at_most_one(6, m.heartbeat);
  visit(7, m.hold_ms);
}

void fields(auto& visit, Of<NodeInfo> auto& m) {
  visit(1, m.node_id);
  visit.fixed(2, m.instance);
  visit(3, m.number);
  visit(4, m.name);
  visit(5, m.program_version);
  visit(6, m.weight);
  visit(7, m.said_weights);
  visit.fixed(8, m.inventory_digest);
  visit.fixed(9, m.config_digest);
  visit(10, m.config_changed_ms);
  visit(11, m.knows_nodes);
  visit(12, m.core_program);
  visit(13, m.majority);
  visit(14, m.voters);
  visit(15, m.config_history);
  visit(16, m.drain_reason);
  visit(17, m.drain_until_ms);
}

void fields(auto& visit, Of<SaidWeight> auto& m) {
  visit(1, m.node_id);
  visit(2, m.weight);
}

void fields(auto& visit, Of<Claims> auto& m) {
  visit(1, m.node_id);
  visit.fixed(2, m.instance);
  visit(3, m.number);
  visit(4, m.whole);
  visit(5, m.added);
  visit(6, m.removed);
}

void fields(auto& visit, Of<Ask> auto& m) {
  visit(1, m.claims);
  visit(2, m.info);
  visit(3, m.inventory);
}

void fields(auto& visit, Of<Want> auto& m) {
  visit(1, m.number);
  visit(2, m.units);
}

void fields(auto& visit, Of<Yield> auto& m) {
  visit(1, m.number);
  visit(2, m.units);
  visit(3, m.in_flight);
}

void fields(auto& visit, Of<InFlight> auto& m) {
  visit.fixed(1, m.object.host);
  visit.fixed(2, m.object.service);
  visit(3, m.wait_ms);
  visit(4, m.runner);
}

void fields(auto& visit, Of<Inventory> auto& m) {
  visit(1, m.node_id);
  visit.fixed(2, m.digest);
  visit(3, m.part);
  visit(4, m.last);
  visit(5, m.hosts);
  visit.fixed(6, m.config_digest);
  visit(7, m.config_changed_ms);
}

void fields(auto& visit, Of<InventoryHost> auto& m) {
  visit(1, m.name);
  visit(2, m.services);
}

void fields(auto& visit, Of<Order> auto& m) {
  visit(1, m.kind);
  visit(2, m.reason);
  visit(3, m.until_ms);
}

void fields(auto& visit, Of<Relayed> auto& m) {
  visit(1, m.from);
  visit(2, m.to);
  visit(3, m.type);
  visit(4, m.payload);
}

}  // namespace merlin::wire
