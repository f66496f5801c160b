// The heart of one daemon: who is alive (R2), who runs what (R1), and the same state everywhere (R3, R5-R7).
// A pure state machine: something happens at a moment, a list of actions comes back. No I/O, no clock, no
// randomness but what is handed in. merlind is a thin shell around it; the simulator runs many of them.
//
// The caller carries out the actions in order and answers nothing. Links are reliable and in order while they
// are up (TCP); after link_down everything on them is void. A node id here is always one that the handshake
// has proved.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/log.hpp"
#include "base/time.hpp"
#include "cluster/register.hpp"
#include "cluster/versions.hpp"
#include "wire/messages.hpp"

namespace merlin::cluster {

class Inventory;

// What travels between daemons once a link is up.
using PeerMessage =
    std::variant<wire::Beat, wire::NodeInfo, wire::Claims, wire::Ask, wire::Want, wire::Yield, wire::Inventory, wire::Order, wire::Rows,
                 wire::RowsAck, wire::Follow, wire::Digests, wire::Differing, wire::SyncDone, wire::ForwardedResult, wire::ForwardedAck,
                 wire::NotifyAsk, wire::NotifyReply, wire::NotifyVoid, wire::NotifyTell, wire::Recheck, wire::EventMarks, wire::EventsAsk,
                 wire::Events, wire::Relayed, wire::Goodbye>;

// What the module says, and what it is told.
using FromCore = std::variant<wire::Inventory, wire::CoreBeat, wire::CoreBusy, wire::CoreAway, wire::CoreRows, wire::CoreResults,
                              wire::CoreClaims, wire::RowsConfirmed, wire::ResultsTaken, wire::NotifyRequest, wire::NotifyDone>;
using ToCore = std::variant<wire::CoreWelcome, wire::Epoch, wire::RowsToCore, wire::ResultsToCore, wire::DaemonAway, wire::RowsSafe,
                            wire::NotifyVerdict, wire::Recheck>;

// In this order on a link: a sync never delays a beat.
enum class Priority : std::uint8_t { beat = 0, control = 1, live = 2, bulk = 3 };

// Who tells while the nodes are cut in two (R4, R9).
enum class Partition : std::uint8_t { every_side, majority };

struct Settings {
  NodeId self;
  std::string name;
  std::string cluster;
  Millis pulse_interval{1000};
  Millis core_timeout{5000};
  Millis busy_limit{5000};
  Millis join_timeout{30000};
  std::optional<std::uint32_t> weight;        // this node's own word
  Millis retention{7 * 24 * 60 * 60 * 1000};  // of what has ended: tombstones, events told
  double takeover_rate = 0;                   // checks a second; 0: the module measures
  bool notifies = true;                       // no: this node has no vote and tells nobody
  Partition partition = Partition::every_side;
  std::optional<std::string> tie;  // the node whose side counts as the majority at exactly half of the votes

  struct Peer {
    NodeId id;  // empty until its certificate was seen
    std::string name;
    std::optional<std::uint32_t> weight;  // what our file says of it
    bool notifies = true;                 // it has a vote
  };
  std::vector<Peer> peers;
};

// What must survive a restart. Written ahead: a new start continues above these limits, so that not every
// value needs a write.
struct Durable {
  std::uint64_t term_limit = 0;
  std::uint64_t hlc_limit = 0;
  bool drained = false;

  bool operator==(const Durable&) const = default;
};

// A stream of events: the node where they happened, and one of its epochs (R7).
struct StreamKey {
  NodeId node;
  std::uint64_t epoch = 0;

  auto operator<=>(const StreamKey&) const = default;
};

// What the store holds: rows of the table, forwarded results and commands that wait for their owner, and events.
struct Stored {
  std::vector<wire::Register> rows;
  std::vector<wire::ForwardedResult> kept;
  std::vector<wire::EventMark> streams;
  std::int64_t saved_ms = 0;  // wall clock of the last write; 0: nothing was ever written
};

struct SendToPeer {
  NodeId to;
  Priority priority = Priority::control;
  PeerMessage message;
};
struct SendToCore {
  ToCore message;
};
// Write it to disk before the actions behind it are carried out.
struct Persist {
  Durable state;
};
// A stream from `first` on: what stands there, if anything, is replaced by these events.
struct EventRun {
  StreamKey stream;
  std::uint64_t first = 1;
  bool after_gap = false;  // what comes before them is gone for good; else they follow what is there, or are not taken
  std::vector<wire::Event> events;
};
// Put this into the store, in the order of the tickets, without waiting for it; then say saved(ticket) with how it went.
struct Save {
  std::uint64_t ticket = 0;
  std::vector<wire::Register> rows;         // in place of what the store has of these registers
  std::vector<RegisterKey> forgotten;       // registers that are no more
  std::vector<wire::ForwardedResult> kept;  // that wait for their owner
  std::vector<wire::ForwardedAck> done;     // that no longer do
  std::vector<EventRun> events;             // safe if this Save is; if it is not they come again with another one
  bool without_events = false;              // of before: all that the store has of them goes
};
// Read these events from the store, without waiting for it; then say events_read(). At most kEventsAMessage.
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
struct Log {
  LogLevel level = LogLevel::info;
  std::string line;
};
using Action = std::variant<SendToPeer, SendToCore, Persist, Save, ReadEvents, Log>;
using Actions = std::vector<Action>;

// What the module or `mon` may want to know of one node, self included.
struct NodeView {
  NodeId id;
  std::string name;
  bool self = false;
  bool configured = false;  // stands in our file
  bool linked = false;      // a direct link is up
  bool active = false;
  std::string why;            // one line for a person: why it is in this state
  std::optional<NodeId> via;  // heard through that node only
  wire::CoreHealth core = wire::CoreHealth::gone;
  wire::NodePhase phase = wire::NodePhase::joining;
  std::uint32_t weight = 1;     // in effect
  std::size_t hosts_owned = 0;  // claimed
  std::size_t services_owned = 0;
  std::uint64_t checks_run = 0;
  std::uint32_t overdue = 0;
  std::size_t backlog_rows = 0;  // not yet acknowledged by it
  std::optional<Millis> since_heard;
  std::optional<double> latency_ms;    // one way, half of a round trip: the median of the last few
  std::optional<Millis> clock_offset;  // its wall clock minus ours
  std::uint64_t term = 0;
  std::uint64_t inventory_digest = 0;
  std::uint64_t config_digest = 0;
  std::vector<std::uint64_t> config_history;  // what it had before, the last first
  std::string program_version;
  std::string core_program;
  bool table_equal = false;  // its table as of its last beat is ours
  // What the nodes should agree on (R9), as that node's file has it.
  std::optional<bool> majority;
  bool other_voters = false;  // than by ours
  std::optional<Millis> pulse_interval;
};

struct RankedNode {
  NodeId id;
  std::string name;
  bool active = false;
  bool knows = false;
  bool claims = false;
  std::uint32_t weight = 1;
  wire::NodePhase phase = wire::NodePhase::joining;
};

struct OwnerView {
  bool known = false;                 // by this node's core
  std::vector<NodeId> runners;        // nodes active for us that claim it; ourselves included
  std::vector<RankedNode> ranking;    // as this node sees it
  std::vector<std::string> services;  // as our core knows them
};

// How the journal of events is.
struct JournalView {
  std::vector<wire::EventMark> streams;
  std::uint64_t own_epoch = 0;
  std::uint64_t unsafe = 0;   // own, and on no disk yet
  std::uint64_t behind = 0;   // others have them
  std::uint64_t dropped = 0;  // own, for want of room while the disk failed
  std::uint64_t skipped = 0;  // nobody kept them for as long as we were away
};

struct ClusterView {
  std::vector<NodeView> nodes;  // self first, then by name
  std::size_t hosts = 0;        // in our core's inventory
  std::size_t services = 0;
  std::size_t rows = 0;
  std::uint64_t term = 0;
  std::uint32_t side = 0;
  std::uint64_t epoch = 0;
  std::uint64_t forwarded_waiting = 0;
  bool majority = false;               // in effect: where one says so it counts for all
  std::vector<std::string> set_aside;  // objects with state that two cores died over, and that ours is not given any more
  JournalView journal;
};

class Node {
 public:
  // `instance` and `table_id` are random and not 0; `restored` is what the last Persist wrote.
  Node(Settings settings, Durable restored, std::uint64_t instance, std::uint64_t table_id, Now now);
  ~Node();
  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;

  // Before start(): what the store held. Rows are facts of the past: they cause nothing.
  void restore(Stored stored, Now now);
  Actions start(Now now);
  // How the Save of that ticket went.
  Actions saved(std::uint64_t ticket, bool ok, Now now);
  // What was saved is on no disk any more, and the store an empty one: everything is saved again.
  Actions store_lost(Now now);
  Actions events_read(EventsRead read, Now now);
  // The store has removed its oldest events: what it has now of each stream.
  Actions events_kept(const std::vector<wire::EventMark>& streams, Now now);
  // merlin.conf was read again. A peer that is gone from it is forgotten; its link is the caller's to close.
  Actions set_settings(Settings settings, Now now);

  Actions link_up(const NodeId& peer, Now now);
  // `by_peer`: the other end closed it (a dead process does); otherwise we gave up on it.
  Actions link_down(const NodeId& peer, bool by_peer, Now now);
  Actions receive(const NodeId& from, PeerMessage message, Now now);
  // A configured peer cannot be reached at the moment (refused, no route): the start need not wait for it.
  Actions unreachable(const NodeId& peer, Now now);

  Actions core_connected(const wire::CoreHello& hello, Now now);
  Actions core_disconnected(Now now);
  Actions receive_core(FromCore message, Now now);

  // Digests of what our core had before its present configuration, the last first. Told with the next NodeInfo: say it
  // before the inventory that comes with a new configuration.
  void set_config_history(std::vector<std::uint64_t> digests);

  // At least every 50 ms. `late_by` is how much longer than planned the caller's loop was away (R2): deadlines move by it.
  // A caller that was away for more than a beat first reads all that has arrived, and then ticks; nothing is judged before.
  Actions tick(Now now, Millis late_by = Millis{0});

  Actions drain(Now now);
  Actions undrain(Now now);
  // An operator here orders another node.
  Actions order(const NodeId& node, wire::OrderKind kind, Now now);
  // Planned absence of this daemon: claims stand for `away` (R8). The caller flushes its links and ends.
  Actions leave(Millis away);

  ClusterView view(Now now) const;
  OwnerView owner(const std::string& host, Now now) const;
  // What our core knows; null without a core.
  std::shared_ptr<const Inventory> inventory() const;

 private:
  friend class NodeInspector;  // the simulator's judge
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace merlin::cluster
