// What cluster::Node asks its caller to do, in order, and what the caller reports from the store.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/log.hpp"
#include "shared/cluster/interface/messages.hpp"
#include "shared/cluster/interface/register.hpp"
#include "shared/cluster/interface/settings.hpp"
#include "shared/wire/messages.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::cluster {

// A stream of events: the node where they happened, and one of its epochs (R7).
struct StreamKey {
  NodeId node;
  std::uint64_t epoch = 0;

  auto operator<=>(const StreamKey&) const = default;
};

// The contents of the store: rows of the table, forwarded results and commands that wait for their owner, and events.
struct Stored {
  std::vector<wire::Register> rows;
  std::vector<wire::ForwardedResult> kept;
  std::vector<wire::EventMark> streams;
  std::uint64_t alert_clock = 0;  // the greatest EventRun::alert_clock of the events that were ever written
  std::int64_t saved_ms = 0;      // wall clock of the last write; 0: nothing was ever written
};

struct SendToPeer {
  NodeId to;
  Priority priority = Priority::control;
  PeerMessage message;
};
struct SendToCore {
  ToCore message;
};
// To be written to disk before the actions after it are carried out.
struct Persist {
  Durable state;
};
// Events of a stream from number `first` on; they replace what the store has in their place.
struct EventRun {
  StreamKey stream;
  std::uint64_t first = 1;
  bool after_gap = false;  // true: the events before them are lost for good; false: rejected unless they follow the stored ones
  std::vector<wire::Event> events;
  // Kept in the same transaction: with these events, each alert of our core up to this clock has its event. 0: they are of no alert.
  std::uint64_t alert_clock = 0;
};
// Write this to the store, in the order of the tickets, without waiting; then call saved(ticket) with the outcome.
struct Save {
  std::uint64_t ticket = 0;
  std::vector<wire::Register> rows;         // replace what the store has of these registers
  std::vector<RegisterKey> forgotten;       // registers to remove
  std::vector<wire::ForwardedResult> kept;  // results that wait for their owner
  std::vector<wire::ForwardedAck> done;     // results that no longer do
  std::vector<EventRun> events;             // safe if this Save succeeds; otherwise they follow in another one
  bool without_events = false;              // first remove all events that the store has
};
// Read these events from the store, without waiting; then call events_read(). At most kEventsAMessage.
struct ReadEvents {
  NodeId asker;
  StreamKey stream;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
struct EventsRead {
  NodeId asker;
  StreamKey stream;
  std::uint64_t kept_from = 0;  // 0: the store has nothing of that stream, or cannot be read
  std::uint64_t first = 0;
  std::vector<wire::Event> events;  // from `first` on, without a gap
};
// Data that another node sent and that was rejected: to be counted, logged and shown.
struct Rejected {
  NodeId from;
  wire::Rejects rejects;
};
struct Log {
  LogLevel level = LogLevel::info;
  std::string line;
};
using Action = std::variant<SendToPeer, SendToCore, Persist, Save, ReadEvents, Rejected, Log>;
using Actions = std::vector<Action>;

}  // namespace merlin::cluster
