// A run as drawn from its seed (or written in a scenario file): the cluster, and what is thrown at it.
// F01 F02 F03 F04 F05 F06 F08 F10 F11 F12 F13 F14 F15 F16 F17 F18 F30 F31 F32 F33 F40 F41 F42 F43 F45 F46
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace merlin::sim {

class Random;

// The fault catalogue, as far as this code can feel it.
enum class Fault {
  kill_core,    // kill -9, starts again later from its last retention save
  kill_daemon,  // kill -9, starts again later
  kill_both,    // the machine's both processes
  power,        // both, and nobody sees a link closing
  stop_core,    // SIGSTOP, SIGCONT later
  stop_daemon,
  cut,         // two nodes hear nothing of each other
  one_way,     // the other hears nothing of the node
  isolate,     // a node from all others
  delay,       // what the node sends takes that much longer
  clock_step,  // its wall clock jumps
  // planned, and no reason for anybody to miss or repeat a check
  busy,            // the core saves its retention data
  reload,          // the core says that it reloads
  restart_daemon,  // the daemon says goodbye and comes back
  drain,           // and undrain later
  // by scenarios only
  remove,  // the others take it out of their files, one after the other; it is left running
  // links
  split,      // the nodes are two groups that hear nothing of each other
  swizzle,    // a node's links stop one by one, and come back in another order
  flap,       // they go and come all the time
  reset,      // its connections break, and what is under way on them is lost
  loss,       // packets are lost, and sent again after ever longer times
  slow_line,  // 64 kbit/s
  // machine
  suspend,  // both processes and the steady clock stand still
  // disk: nobody may notice but by what is said of it
  disk_full,  // nothing can be written
  disk_slow,  // each write takes seconds
  disk_lost,  // what was written is gone or damaged, and found to be: the store begins anew
  // with the daemon's end and start
  old_store,  // an older copy of the store is put back
  no_store,   // nothing is left of it
};
inline constexpr int kFaults = 28;
inline constexpr int kDrawnFaults = 15;  // before `remove`; the others are drawn on their own
bool is_planned(Fault fault);
bool is_of_disk(Fault fault);
bool is_of_disk_loss(Fault fault);
// What it takes away is there again when it is over.
bool is_of_links(Fault fault);
const char* name_of(Fault fault);
std::optional<Fault> fault_by_name(const std::string& name);

struct FaultEvent {
  Millis at{0};
  Fault fault = Fault::kill_core;
  std::size_t node = 0;
  std::size_t other = 0;    // for cuts
  Millis length{0};         // until it heals, starts again, continues
  Millis amount{0};         // of a delay or clock step
  std::uint64_t draw = 0;   // who is on which side of a split, the order of a swizzle
  bool at_request = false;  // from then on, as soon as the node's core asks to tell something
};
bool touches(const FaultEvent& event, std::size_t node);

struct NodePlan {
  NodeId id;
  std::string name;
  Millis pulse_interval{1000};
  Millis core_timeout{5000};
  std::optional<std::uint32_t> weight;                     // its own word
  std::vector<std::optional<std::uint32_t>> said_weights;  // its file's word of each node
  Millis clock_offset{0};
  int clock_drift_ppm = 0;  // of both of its clocks
  bool notifies = true;     // no: it has no vote, and another node tells of what it runs
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
  std::vector<Outage> outages;  // in order: any check started meanwhile finds a problem
  bool passive = false;         // never checked: its results come from outside
};

// A result from outside is handed to a node's core.
struct PassivePlan {
  Millis at{0};
  std::size_t object = 0;
  std::size_t node = 0;
};

// What operators do. Comments and downtimes are new ones; what is removed is one that the core has.
enum class Act { comment, downtime, acknowledge, attribute, remove };
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
  Millis link_patience{5000};  // an end that hears nothing for so long gives a link up
  Millis isolation_grace{10000};
  Millis busy_limit{5000};
  Millis join_timeout{30000};
  Millis retention{7 * 24 * 60 * 60 * 1000};
  double takeover_rate = 0;  // checks a second; 0: measured
  std::vector<FaultEvent> faults;
  Millis heal_at{0};  // whatever is still broken then is mended
  Millis end_at{0};
  std::vector<PassivePlan> passives;
  std::vector<ActPlan> acts;
  bool unplanned = false;              // some fault is not planned
  int attempts = 1;                    // a problem is hard at the so many-th check
  Millis repeat_after{0};              // and told again
  bool majority = false;               // only the greater side tells; with two nodes that of the first
  std::uint64_t filtered_percent = 0;  // of the time the cores' own filters let nobody be told of an object
  bool runs_isolated = true;           // a core without a daemon

  bool is_down(std::size_t object, Millis when) const;
  // When it last went down or came up before `when`; 0: never.
  Millis last_turn(std::size_t object, Millis when) const;
};

void draw_faults(Plan& plan, Random& random);
// The faults of links, machine and disk, beside the others.
void draw_strain(Plan& plan, Random& random);
// Processes that end or stop just when they would tell something.
void draw_traps(Plan& plan, Random& random);
// Objects that only get results from outside, and those results.
void draw_traffic(Plan& plan, Random& random);
void draw_acts(Plan& plan, Random& random);
// Settings that most clusters leave as they are.
void draw_knobs(Plan& plan, Random& random);
Plan draw_plan(std::uint64_t seed, std::optional<std::size_t> nodes);

}  // namespace merlin::sim
