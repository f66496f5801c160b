// All messages of merlin.proto, for tests that apply to every one of them.
#pragma once

#include <string_view>

#include "shared/wire/messages.hpp"

namespace merlin::wire::test {

template <class Message>
struct Named {
  using Type = Message;
  std::string_view name;  // its name in merlin.proto
};

// Calls visit(Named<Message>) for each. New messages come last: the index in this list is the selector byte of the fuzz corpus.
template <class Visit>
void for_each_message(Visit visit) {
  visit(Named<Hello>{"Hello"});
  visit(Named<Refuse>{"Refuse"});
  visit(Named<Goodbye>{"Goodbye"});
  visit(Named<Heartbeat>{"Heartbeat"});
  visit(Named<Heard>{"Heard"});
  visit(Named<NodeInfo>{"NodeInfo"});
  visit(Named<SaidWeight>{"SaidWeight"});
  visit(Named<Claims>{"Claims"});
  visit(Named<Ask>{"Ask"});
  visit(Named<Want>{"Want"});
  visit(Named<Yield>{"Yield"});
  visit(Named<InFlight>{"InFlight"});
  visit(Named<Inventory>{"Inventory"});
  visit(Named<InventoryHost>{"InventoryHost"});
  visit(Named<Order>{"Order"});
  visit(Named<Version>{"Version"});
  visit(Named<Register>{"Register"});
  visit(Named<Rows>{"Rows"});
  visit(Named<RowsAck>{"RowsAck"});
  visit(Named<Follow>{"Follow"});
  visit(Named<Digests>{"Digests"});
  visit(Named<Differing>{"Differing"});
  visit(Named<SyncDone>{"SyncDone"});
  visit(Named<ForwardedResult>{"ForwardedResult"});
  visit(Named<ForwardedAck>{"ForwardedAck"});
  visit(Named<Relayed>{"Relayed"});
  visit(Named<CheckResult>{"CheckResult"});
  visit(Named<CheckRegister>{"CheckRegister"});
  visit(Named<CoreHello>{"CoreHello"});
  visit(Named<CoreWelcome>{"CoreWelcome"});
  visit(Named<NodeName>{"NodeName"});
  visit(Named<CoreHeartbeat>{"CoreHeartbeat"});
  visit(Named<CoreBusy>{"CoreBusy"});
  visit(Named<CoreAway>{"CoreAway"});
  visit(Named<CoreRows>{"CoreRows"});
  visit(Named<CoreResults>{"CoreResults"});
  visit(Named<Epoch>{"Epoch"});
  visit(Named<CoreClaims>{"CoreClaims"});
  visit(Named<RowsToCore>{"RowsToCore"});
  visit(Named<RowsConfirmed>{"RowsConfirmed"});
  visit(Named<ResultsToCore>{"ResultsToCore"});
  visit(Named<ResultsTaken>{"ResultsTaken"});
  visit(Named<DaemonAway>{"DaemonAway"});
  visit(Named<DaemonHeartbeat>{"DaemonHeartbeat"});
  visit(Named<Command>{"Command"});
  visit(Named<TakenMark>{"TakenMark"});
  visit(Named<AcknowledgementRegister>{"AcknowledgementRegister"});
  visit(Named<CommentRegister>{"CommentRegister"});
  visit(Named<DowntimeRegister>{"DowntimeRegister"});
  visit(Named<AttributeRegister>{"AttributeRegister"});
  visit(Named<Notification>{"Notification"});
  visit(Named<NotificationRecord>{"NotificationRecord"});
  visit(Named<NotifyAsk>{"NotifyAsk"});
  visit(Named<NotifyReply>{"NotifyReply"});
  visit(Named<NotifyVoid>{"NotifyVoid"});
  visit(Named<NotifyTell>{"NotifyTell"});
  visit(Named<RowsSafe>{"RowsSafe"});
  visit(Named<Recheck>{"Recheck"});
  visit(Named<NotifyRequest>{"NotifyRequest"});
  visit(Named<NotifyVerdict>{"NotifyVerdict"});
  visit(Named<NotifyDone>{"NotifyDone"});
  visit(Named<NotificationLog>{"NotificationLog"});
  visit(Named<EventMark>{"EventMark"});
  visit(Named<EventMarks>{"EventMarks"});
  visit(Named<EventsAsk>{"EventsAsk"});
  visit(Named<Event>{"Event"});
  visit(Named<Events>{"Events"});
}

}  // namespace merlin::wire::test
