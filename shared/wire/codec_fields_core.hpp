// Fields of the messages of merlin.proto (see codec_fields.hpp).
// The link between a core's module and its daemon.
#pragma once

#include "shared/wire/codec_fields.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::wire {

void fields(auto& visit, Of<CoreHello> auto& m) {
  visit(1, m.oldest_version);
  visit(2, m.newest_version);
  visit.fixed(3, m.boot_id);
  visit(4, m.program);
  visit(5, m.module_version);
  visit(6, m.pid);
  visit(7, m.cluster);
}

void fields(auto& visit, Of<CoreWelcome> auto& m) {
  visit(1, m.node_id);
  visit(2, m.node_name);
  visit(3, m.program_version);
  visit.fixed(4, m.daemon_instance);
  visit.fixed(5, m.hlc_floor);
  visit(6, m.names);
}

void fields(auto& visit, Of<NodeName> auto& m) {
  visit(1, m.node_id);
  visit(2, m.name);
}

void fields(auto& visit, Of<CoreHeartbeat> auto& m) {
  visit(1, m.number);
  visit(2, m.checks_run);
  visit(3, m.overdue);
  visit(4, m.dirty);
  visit(5, m.dropped);
  visit.fixed(6, m.hlc);
}

void fields(auto& visit, Of<CoreBusy> auto& m) {
  visit(1, m.limit_ms);
  visit(2, m.what);
}

void fields(auto& visit, Of<CoreAway> auto& m) {
  visit(1, m.reload);
  visit(2, m.disabled);
  visit(3, m.again_s);
}

void fields(auto& visit, Of<CoreRows> auto& m) {
  visit(1, m.rows);
  visit(2, m.epoch);
  visit(3, m.kind);
  visit(4, m.batch);
}

void fields(auto& visit, Of<CoreResults> auto& m) {
  visit(1, m.results);
  visit(2, m.epoch);
  visit(3, m.commands);
}

void fields(auto& visit, Of<Epoch> auto& m) {
  visit(1, m.number);
  visit(2, m.term);
  visit(3, m.side);
  visit(4, m.whole);
  visit(5, m.added);
  visit(6, m.removed);
  visit(7, m.in_flight);
  visit(8, m.takeover_rate);
  visit(9, m.everything);
}

void fields(auto& visit, Of<CoreClaims> auto& m) {
  visit(1, m.epoch);
  visit(2, m.whole);
  visit(3, m.added);
  visit(4, m.removed);
  visit(5, m.in_flight);
}

void fields(auto& visit, Of<RowsToCore> auto& m) {
  visit(1, m.batch);
  visit(2, m.live);
  visit(3, m.imposed);
}

void fields(auto& visit, Of<RowsConfirmed> auto& m) { visit(1, m.batch); }

void fields(auto& visit, Of<ResultsToCore> auto& m) { visit(1, m.results); }

void fields(auto& visit, Of<ResultsTaken> auto& m) {
  visit(1, m.taken);
  visit(2, m.refused);
}

void fields(auto& visit, Of<DaemonAway> auto& m) { visit(1, m.away_ms); }

void fields(auto& visit, Of<DaemonHeartbeat> auto& m) { visit(1, m.heard); }

void fields(auto& visit, Of<RowsSafe> auto& m) {
  visit(1, m.batch);
  visit(2, m.results);
}

void fields(auto& visit, Of<Recheck> auto& m) {
  visit.fixed(1, m.object.host);
  visit.fixed(2, m.object.service);
}

void fields(auto& visit, Of<NotificationLog> auto& m) {
  visit(1, m.node);
  visit.fixed(2, m.epoch);
  visit(3, m.number);
  visit(4, m.time_ms);
  visit(5, m.log);
}

void fields(auto& visit, Of<NotifyRequest> auto& m) {
  visit(1, m.request);
  visit(2, m.notification);
  visit(3, m.epoch);
}

void fields(auto& visit, Of<NotifyVerdict> auto& m) {
  visit(1, m.request);
  visit(2, m.decision);
  visit(3, m.notification);
  visit(4, m.valid_ms);
  visit.fixed(5, m.question);
  visit(6, m.delegated);
}

void fields(auto& visit, Of<NotifyDone> auto& m) {
  visit.fixed(1, m.question);
  visit(2, m.sent);
  visit(3, m.contacts);
  visit(4, m.notification);
  visit(5, m.filtered);
  visit(6, m.log);
}

}  // namespace merlin::wire
