// The gate for all data from outside this process: from other nodes, the module, merlind, the store and the spool. A decoded message
// is checked against limits.hpp before any code uses it.
//
//   false                          do not use the message; the link and the process continue.
//   true                           use it. In lists with independent entries (rows, results, commands), the rejected entries have
//                                  been removed, so that the others still arrive and are acknowledged.
//
// Either way `rejects` counts what was rejected. Harmless oddities of cores and plugins are corrected instead: control
// characters other than line breaks become spaces, waits and texts for people are truncated, and an event keeps its place
// in its stream whatever is wrong with it.
//
// shared/cluster checks what only a node of the cluster can judge: terms, clocks, ranks, and ownership.
#pragma once

#include "shared/wire/limits.hpp"
#include "shared/wire/messages.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::wire {

// ---- registers, with the content that `value` encodes. A corrected text is encoded again.
bool validate(Register& row, Rejects& rejects);
// Removes the rejected ones.
void validate(std::vector<Register>& rows, Rejects& rejects);

// `base_ms`: the time to which its times are relative.
bool validate(CheckRegister& state, std::int64_t base_ms, Rejects& rejects);
bool validate(AcknowledgementRegister& content, Rejects& rejects);
bool validate(CommentRegister& content, Rejects& rejects);
bool validate(DowntimeRegister& content, Rejects& rejects);
bool validate(AttributeRegister& content, Rejects& rejects);
bool validate(NotificationRecord& content, Rejects& rejects);

// A core computes a fixed downtime's duration from its start and end; that of a flexible one is what an operator entered.
std::int64_t max_downtime_duration_s(bool fixed);

// The name of a host or a service. `field`: which of these; `object`: the nearest object that a person knows.
bool validate_name(const char* field, const std::string& name, const ObjectKey& object, Rejects& rejects);

// ---- between daemons, and from both ends of a core link
bool validate(Hello& message, Rejects& rejects);
bool validate(Refuse& message, Rejects& rejects);
bool validate(Goodbye& message, Rejects& rejects);
bool validate(Heartbeat& message, Rejects& rejects);
bool validate(NodeInfo& message, Rejects& rejects);
bool validate(Claims& message, Rejects& rejects);
bool validate(Ask& message, Rejects& rejects);
bool validate(Want& message, Rejects& rejects);
bool validate(Yield& message, Rejects& rejects);
bool validate(Inventory& message, Rejects& rejects);
bool validate(Order& message, Rejects& rejects);
// The receiving node validates its payload.
bool validate(Relayed& message, Rejects& rejects);
bool validate(Rows& message, Rejects& rejects);
bool validate(RowsAck& message, Rejects& rejects);
bool validate(Follow& message, Rejects& rejects);
bool validate(Digests& message, Rejects& rejects);
bool validate(Differing& message, Rejects& rejects);
bool validate(SyncDone& message, Rejects& rejects);
bool validate(CheckResult& result, Rejects& rejects);
bool validate(Command& command, Rejects& rejects);
bool validate(ForwardedResult& message, Rejects& rejects);
bool validate(ForwardedAck& message, Rejects& rejects);
bool validate(Notification& notification, Rejects& rejects);
bool validate(NotifyAsk& message, Rejects& rejects);
bool validate(NotifyReply& message, Rejects& rejects);
bool validate(NotifyVoid& message, Rejects& rejects);
bool validate(NotifyTell& message, Rejects& rejects);
bool validate(Recheck& message, Rejects& rejects);
bool validate(EventMarks& message, Rejects& rejects);
bool validate(EventsAsk& message, Rejects& rejects);
// Corrects what is wrong with it, and counts this as rejected; always true.
bool validate(Event& event, Rejects& rejects);
bool validate(Events& message, Rejects& rejects);

// ---- between a core and its daemon
bool validate(CoreHello& message, Rejects& rejects);
bool validate(CoreWelcome& message, Rejects& rejects);
bool validate(CoreHeartbeat& message, Rejects& rejects);
bool validate(CoreBusy& message, Rejects& rejects);
bool validate(CoreAway& message, Rejects& rejects);
bool validate(CoreRows& message, Rejects& rejects);
bool validate(CoreResults& message, Rejects& rejects);
bool validate(CoreClaims& message, Rejects& rejects);
bool validate(Epoch& message, Rejects& rejects);
bool validate(RowsToCore& message, Rejects& rejects);
bool validate(RowsConfirmed& message, Rejects& rejects);
bool validate(ResultsToCore& message, Rejects& rejects);
bool validate(ResultsTaken& message, Rejects& rejects);
bool validate(DaemonAway& message, Rejects& rejects);
bool validate(DaemonHeartbeat& message, Rejects& rejects);
bool validate(RowsSafe& message, Rejects& rejects);
bool validate(NotifyRequest& message, Rejects& rejects);
bool validate(NotifyVerdict& message, Rejects& rejects);
bool validate(NotifyDone& message, Rejects& rejects);
bool validate(NotificationLog& message, Rejects& rejects);

}  // namespace merlin::wire
