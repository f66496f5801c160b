// What status, metrics and `mon` show of a cluster::Node: plain values, copied at one moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/interface/settings.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

// How heartbeats of another node arrive at the moment.
enum class Hearing : std::uint8_t {
  never,    // none has arrived yet
  silent,   // they have stopped
  closed,   // they have stopped, and its end closed the link
  relayed,  // only through a third node
  direct,   // over its own link
};

// A node that was lost often takes its share later when it returns (R2).
struct ReturnDelay {
  Millis left{0};
  std::string by;             // the node that delays it
  std::optional<int> losses;  // how often it was lost lately; unset: only `by` knows
};

// One node, possibly this one.
struct NodeView {
  NodeId id;
  std::string name;
  bool self = false;
  bool configured = false;  // has a block in our file
  bool linked = false;      // a direct link is up
  bool active = false;
  std::string why;            // one line: why it is in this state
  std::optional<NodeId> via;  // heard through that node only
  Hearing hearing = Hearing::never;
  std::optional<ReturnDelay> delay;  // only of an active node that joins
  wire::CoreHealth core = wire::CoreHealth::gone;
  wire::NodePhase phase = wire::NodePhase::joining;
  Drain drain;                  // of a drained node
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
  std::vector<std::uint64_t> config_history;  // earlier configurations, the latest first
  std::string program_version;
  std::string core_program;
  bool table_equal = false;  // its table was equal to ours at its last heartbeat
  // Settings on which the nodes should agree (R9), from that node's file.
  std::optional<bool> majority;
  bool other_voters = false;  // other than in our file
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
  bool known = false;                 // this node's core has it configured
  std::vector<NodeId> runners;        // active nodes that claim it, possibly this one
  std::vector<RankedNode> ranking;    // as this node sees it
  std::vector<std::string> services;  // that our core has configured
};

// The state of the journal of events.
struct JournalView {
  std::vector<wire::EventMark> streams;
  std::uint64_t own_epoch = 0;
  std::uint64_t unsafe = 0;   // own events that are not on disk yet
  std::uint64_t behind = 0;   // events that only other nodes have
  std::uint64_t dropped = 0;  // own events, for lack of room while the disk failed
  std::uint64_t skipped = 0;  // events that no node had any more when we returned
};

// An object of ours whose result lost to a row that another node wrote.
struct ContestedObject {
  std::string object;
  NodeId writer;
  std::string writer_name;
  std::uint32_t times = 0;
};

// A node whose refusals of notifications were ignored.
struct DoubtedVoter {
  NodeId id;
  std::string name;
  std::uint64_t times = 0;
};

// Hosts that two active nodes claim.
struct RunTwice {
  std::size_t hosts = 0;
  std::string example;     // one of them
  std::string one, other;  // the nodes that run it
};

struct ClusterView {
  std::vector<NodeView> nodes;  // self first, then by name
  std::size_t hosts = 0;        // in our core's inventory
  std::size_t services = 0;
  RunTwice run_twice;
  std::size_t rows = 0;
  std::uint64_t term = 0;
  std::uint32_t side = 0;
  std::uint64_t epoch = 0;
  std::uint64_t forwarded_waiting = 0;
  bool majority = false;               // in effect: one node that asks for it is enough
  std::vector<std::string> set_aside;  // objects whose state crashed two cores; ours does not receive it any more
  int core_died_early = 0;             // crashes in a row because of which it does not receive operators' registers; else 0
  std::string core_disabled;           // why the module in our core is disabled; empty: it is not, or there is no core
  std::optional<Millis> core_again;    // if disabled: the time until it starts again by itself
  JournalView journal;
  std::vector<ContestedObject> contested;
  std::vector<DoubtedVoter> doubted;
};

}  // namespace merlin::cluster
