// A run as drawn from its seed (or written in a scenario file): the cluster, and the faults that it suffers.
// F01 F02 F03 F04 F05 F06 F08 F10 F11 F12 F13 F14 F15 F16 F17 F18 F30 F31 F32 F33 F40 F41 F42 F43 F45 F46
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::sim {

class Random;

// The fault catalogue, as far as this code can be affected.
enum class Fault {
  kill_core,    // kill -9, restarts later from its last retention save
  kill_daemon,  // kill -9, restarts later
  kill_both,    // both processes of the machine
  power,        // both, and no node sees a link close
  stop_core,    // SIGSTOP, SIGCONT later
  stop_daemon,
  cut,         // two nodes do not hear each other
  one_way,     // the other node does not hear this one
  isolate,     // cuts a node off from all others
  delay,       // the node's messages take that much longer
  clock_step,  // its wall clock jumps
  // planned, and no reason for any node to miss or repeat a check
  busy,            // the core saves its retention data
  reload,          // the core announces its reload
  restart_daemon,  // the daemon announces its absence and returns
  drain,           // and undrain later
  // only in scenarios
  remove,  // the others remove it from their files, one after the other; it keeps running
  // links
  split,      // two groups of nodes do not hear each other
  swizzle,    // a node's links stop one by one, and return in another order
  flap,       // they stop and return repeatedly
  reset,      // its connections break, and messages in transit are lost
  loss,       // packets are lost, and sent again with growing delays
  slow_line,  // 64 kbit/s
  // machine
  suspend,  // both processes and the steady clock stop
  // disk: no effect except in reports
  disk_full,  // nothing can be written
  disk_slow,  // each write takes seconds
  disk_lost,  // the data is gone or damaged, which is detected: the store starts empty
  // at the daemon's end and start
  old_store,  // an older copy of the store is put back
  no_store,   // the store is missing
};
inline constexpr int kFaults = 28;
inline constexpr int kDrawnFaults = 15;  // those before `remove`; the others are drawn separately
bool is_planned(Fault fault);
bool is_of_disk(Fault fault);
bool is_of_disk_loss(Fault fault);
// Data that it withholds arrives when it ends.
bool is_of_links(Fault fault);
const char* name_of(Fault fault);
std::optional<Fault> fault_by_name(const std::string& name);

struct FaultEvent {
  Millis at{0};
  Fault fault = Fault::kill_core;
  std::size_t node = 0;
  std::size_t other = 0;    // for cuts
  Millis length{0};         // until it ends, restarts or continues
  Millis amount{0};         // of a delay or clock step
  std::uint64_t draw = 0;   // selects the sides of a split, or the order of a swizzle
  bool at_request = false;  // begins as soon as the node's core requests a notification after that time
};
bool touches(const FaultEvent& event, std::size_t node);

struct NodePlan {
  NodeId id;
  std::string name;
  Millis pulse_interval{1000};
  Millis core_timeout{5000};
  std::optional<std::uint32_t> weight;                     // as announced by itself
  std::vector<std::optional<std::uint32_t>> said_weights;  // weights of all nodes in its file
  Millis clock_offset{0};
  int clock_drift_ppm = 0;  // for both of its clocks
  bool notifies = true;     // false: it has no vote, and another node notifies for it
  Millis starts_at{0};
  std::vector<std::size_t> knows;  // objects
};

struct ObjectPlan {
  std::string host;
  std::string service;  // empty: the host itself
  ObjectKey key;
  struct Outage {
    Millis from{0};
    Millis until{0};
  };
  std::vector<Outage> outages;  // sorted; a check started during one finds a problem
  bool passive = false;         // never checked: its results come from outside
};

// A result from outside, submitted to a node's core.
struct PassivePlan {
  Millis at{0};
  std::size_t object = 0;
  std::size_t node = 0;
};

// Operators' actions. Comments and downtimes are new ones; a removal removes one that the core has.
// The last ones are commands: only their effect on the core is judged.
enum class Act { comment, downtime, acknowledge, attribute, remove, flexible_downtime, forced_check, custom_notification, absurd_time };
struct ActPlan {
  Millis at{0};
  std::size_t node = 0;
  std::size_t object = 0;
  Act act = Act::comment;
  std::uint64_t draw = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  std::vector<NodePlan> nodes;
  std::vector<ObjectPlan> objects;  // each host before its services
  Millis check_interval{10000};
  Millis check_time{1000};  // a check takes up to this long
  std::vector<std::vector<Millis>> latency;
  Millis jitter{5};
  Millis link_patience{5000};  // an end closes a link on which it hears nothing for so long
  Millis isolation_grace{10000};
  Millis busy_limit{5000};
  Millis join_timeout{30000};
  Millis retention{7 * 24 * 60 * 60 * 1000};
  double takeover_rate = 0;  // checks per second; 0: measured
  std::vector<FaultEvent> faults;
  Millis heal_at{0};  // all faults that still last then end
  Millis end_at{0};
  std::vector<PassivePlan> passives;
  std::vector<ActPlan> acts;
  bool unplanned = false;              // at least one fault is not planned
  int attempts = 1;                    // number of checks until a problem is hard
  Millis repeat_after{0};              // until a reminder
  bool majority = false;               // only the larger side notifies; with two nodes the first one's
  std::uint64_t flapping_percent = 0;  // percentage of the time in which an object is flapping
  std::uint64_t filtered_percent = 0;  // percentage of the time in which the cores' filters suppress an object's notifications
  bool runs_isolated = true;           // a core without a daemon runs checks
  std::size_t more_output_bytes = 0;   // of some checks' outputs, after the first line

  // The further lines of a check's output.
  std::string more_output(std::size_t run) const;
  bool is_down(std::size_t object, Millis when) const;
  // According to the last results, on any core; nothing flaps at the end.
  bool is_flapping(std::size_t object, Millis when) const;
  // Its last change between up and down before `when`; 0: never.
  Millis last_turn(std::size_t object, Millis when) const;
};

void draw_faults(Plan& plan, Random& random);
// Adds faults of links, machine and disk.
void draw_strain(Plan& plan, Random& random);
// Processes that end or stop just before they would notify.
void draw_traps(Plan& plan, Random& random);
// Objects that receive only passive results, and those results.
void draw_traffic(Plan& plan, Random& random);
void draw_acts(Plan& plan, Random& random);
// Rare and invalid commands.
void draw_commands(Plan& plan, Random& random);
// Settings that most clusters do not change.
void draw_knobs(Plan& plan, Random& random);
Plan draw_plan(std::uint64_t seed, std::optional<std::size_t> nodes);

}  // namespace merlin::sim
