// Fields of the messages of merlin.proto (see codec_fields.hpp).
// Rows, results and the comparison of tables.
#pragma once

#include "shared/wire/codec_fields.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::wire {

void fields(auto& visit, Of<Version> auto& m) {
  visit(1, m.term);
  visit(2, m.side);
  visit.fixed(3, m.hlc);
  visit(4, m.writer);
}

void fields(auto& visit, Of<Register> auto& m) {
  visit.fixed(1, m.object.host);
  visit.fixed(2, m.object.service);
  visit(3, m.kind);
  visit(4, m.version);
  visit(5, m.base_ms);
  visit(6, m.value);
  visit.fixed(7, m.item);
  visit.fixed(8, m.rank);
  visit(9, m.alert);
}

void fields(auto& visit, Of<Rows> auto& m) {
  visit.fixed(1, m.table_id);
  visit(2, m.upto);
  visit(3, m.stream);
  visit(4, m.rows);
}

void fields(auto& visit, Of<RowsAck> auto& m) {
  visit.fixed(1, m.table_id);
  visit(2, m.upto);
  visit(3, m.stream);
}

void fields(auto& visit, Of<Follow> auto& m) {
  visit.fixed(1, m.table_id);
  visit(2, m.upto);
}

void fields(auto& visit, Of<Digests> auto& m) {
  visit.fixed(1, m.table_id);
  visit(2, m.round);
  visit(3, m.buckets);
}

void fields(auto& visit, Of<Differing> auto& m) {
  visit(1, m.round);
  visit(2, m.buckets);
}

void fields(auto& visit, Of<SyncDone> auto& m) {
  visit(1, m.round);
  visit.fixed(2, m.table_id);
  visit(3, m.upto);
}

void fields(auto& visit, Of<ForwardedResult> auto& m) {
  visit(1, m.taker);
  visit.fixed(2, m.taker_instance);
  visit(3, m.number);
  visit(4, m.hops);
  visit(5, m.result);
  visit.at_most_one(6, m.command);
  visit.fixed(7, m.heard_instance);
  visit(8, m.heard_number);
}

void fields(auto& visit, Of<Command> auto& m) {
  visit.fixed(1, m.object.host);
  visit.fixed(2, m.object.service);
  visit(3, m.line);
  visit(4, m.sent_ms);
  visit(5, m.number);
  visit(6, m.given_ms);
}

void fields(auto& visit, Of<ForwardedAck> auto& m) {
  visit(1, m.taker);
  visit.fixed(2, m.taker_instance);
  visit(3, m.number);
}

void fields(auto& visit, Of<CheckResult> auto& m) {
  visit.fixed(1, m.object.host);
  visit.fixed(2, m.object.service);
  visit(3, m.passive);
  visit(4, m.return_code);
  visit(5, m.early_timeout);
  visit(6, m.exited_ok);
  visit(7, m.start_ms);
  visit(8, m.finish_ms);
  visit(9, m.latency_s);
  visit(10, m.output);
  visit(11, m.sent_ms);
  visit(12, m.number);
}

void fields(auto& visit, Of<CheckRegister> auto& m) {
  visit(1, m.current_state);
  visit(2, m.last_state);
  visit(3, m.last_hard_state);
  visit(4, m.state_type);
  visit(5, m.current_attempt);
  visit(6, m.has_been_checked);
  visit(7, m.passive);
  visit(8, m.is_flapping);
  visit(9, m.check_flapping_recovery_notification);
  visit(10, m.no_more_notifications);
  visit(11, m.notification_number);
  visit(12, m.notified_on);
  visit(13, m.percent_state_change);
  visit(14, m.latency_s);
  visit(15, m.execution_time_s);
  visit(16, m.output);
  visit(17, m.long_output);
  visit(18, m.perf_data);
  visit(19, m.state_history);
  visit(20, m.state_history_index);
  visit(21, m.host_problem_at_last_check);
  visit(22, m.should_be_scheduled);
  visit(30, m.last_check);
  visit(31, m.next_check);
  visit(32, m.last_state_change);
  visit(33, m.last_hard_state_change);
  visit(34, m.last_time_state_0);
  visit(35, m.last_time_state_1);
  visit(36, m.last_time_state_2);
  visit(37, m.last_time_state_3);
  visit(38, m.last_notification);
  visit(39, m.next_notification);
  visit.fixed(40, m.last_hard_ok_hlc);
  visit.fixed(41, m.last_change_hlc);
  visit(44, m.taken);
  visit(45, m.logged_as);
  visit(46, m.logged_attempt);
}

void fields(auto& visit, Of<TakenMark> auto& m) {
  visit(1, m.taker);
  visit.fixed(2, m.taker_instance);
  visit(3, m.number);
}

void fields(auto& visit, Of<AcknowledgementRegister> auto& m) {
  visit(1, m.set);
  visit(2, m.sticky);
  visit(3, m.notify);
  visit(4, m.persistent);
  visit(5, m.author);
  visit(6, m.text);
  visit(7, m.entry_s);
}

void fields(auto& visit, Of<CommentRegister> auto& m) {
  visit(1, m.deleted);
  visit(2, m.author);
  visit(3, m.text);
  visit(4, m.entry_s);
  visit(5, m.persistent);
  visit(6, m.external);
  visit(7, m.expire_s);
  visit(8, m.of_acknowledgement);
}

void fields(auto& visit, Of<DowntimeRegister> auto& m) {
  visit(1, m.deleted);
  visit(2, m.author);
  visit(3, m.comment);
  visit(4, m.entry_s);
  visit(5, m.start_s);
  visit(6, m.end_s);
  visit(7, m.fixed);
  visit(8, m.duration_s);
  visit.fixed(9, m.triggered_by);
  visit.fixed(10, m.triggered_by_object.host);
  visit.fixed(11, m.triggered_by_object.service);
  visit(12, m.flexible_start_s);
  visit(13, m.fixed_start_s);
  visit(14, m.ended);
}

void fields(auto& visit, Of<AttributeRegister> auto& m) {
  visit(1, m.name);
  visit(2, m.value);
}

}  // namespace merlin::wire
