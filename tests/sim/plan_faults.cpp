// The faults of a run.
#include <algorithm>
#include <array>

#include "tests/sim/plan.hpp"
#include "tests/sim/random.hpp"

namespace merlin::sim {
namespace {

constexpr std::array<const char*, kFaults> kNames{"kill core",   "kill daemon",    "kill both", "power",     "stop core",  "stop daemon",
                                                  "cut",         "cut one-way",    "isolate",   "delay",     "clock step", "busy core",
                                                  "reload core", "restart daemon", "drain",     "remove",    "split",      "swizzle",
                                                  "flap",        "reset",          "loss",      "slow line", "suspend",    "disk full",
                                                  "disk slow",   "lose disk",      "old store", "no store"};

Millis draw_length(Fault fault, Random& random) {
  switch (fault) {
    case Fault::busy:
      return Millis{random.between(300, 3500)};
    case Fault::reload:
      return Millis{random.between(1000, 4000)};
    case Fault::restart_daemon:
      return Millis{random.between(300, 8000)};
    default:
      return Millis{random.chance(50) ? random.between(200, 4000) : random.between(1000, 40000)};
  }
}

// Each run uses only some of the faults, so that rare combinations occur ("swarm testing").
std::vector<Fault> draw_kinds(Random& random, bool planned_only) {
  std::vector<Fault> kinds;
  while (kinds.empty()) {
    for (int fault = 0; fault < kDrawnFaults; ++fault) {
      const auto kind = static_cast<Fault>(fault);
      if (planned_only && !is_planned(kind)) continue;
      if (random.chance(planned_only ? 60 : 30)) kinds.push_back(kind);
    }
  }
  return kinds;
}

Fault draw_one(const std::vector<Fault>& kinds, Random& random) { return kinds[random.below(kinds.size())]; }

// Faults of the disk that may occur in a cluster with nothing but planned work.
std::vector<Fault> draw_strains(Random& random, bool unplanned) {
  std::vector<Fault> kinds;
  for (int fault = static_cast<int>(Fault::split); fault < kFaults; ++fault) {
    const auto kind = static_cast<Fault>(fault);
    if ((unplanned || is_planned(kind)) && random.chance(25)) kinds.push_back(kind);
  }
  return kinds;
}

}  // namespace

void draw_faults(Plan& plan, Random& random) {
  const Millis start{25'000};
  const Millis span{random.between(30'000, 120'000)};
  plan.heal_at = start + span;
  const int temper = static_cast<int>(random.below(100));
  if (temper < 10) return;
  const bool planned_only = temper < 35;
  const std::vector<Fault> kinds = draw_kinds(random, planned_only);
  // Between two planned actions a running check has the time to end.
  const Millis pause{std::array<std::int64_t, 4>{2000, 6000, 15000, 40000}[random.below(4)]};
  const Millis shortest{planned_only ? 6000 : pause.count() / 4};
  for (Millis at = start + Millis{random.between(0, pause.count())}; at < start + span;
       at += shortest + Millis{random.between(0, pause.count() * 2)}) {
    FaultEvent event;
    event.at = at;
    event.fault = kinds[random.below(kinds.size())];
    event.node = random.below(plan.nodes.size());
    event.other = (event.node + 1 + random.below(plan.nodes.size() - 1)) % plan.nodes.size();
    event.length = draw_length(event.fault, random);
    event.amount = event.fault == Fault::delay ? Millis{random.between(50, 3000)} : Millis{random.between(-4'000'000, 4'000'000)};
    plan.unplanned = plan.unplanned || !is_planned(event.fault);
    plan.faults.push_back(event);
  }
}

void draw_strain(Plan& plan, Random& random) {
  if (random.chance(50)) {
    for (NodePlan& node : plan.nodes) node.clock_drift_ppm = static_cast<int>(random.between(-3'000, 3'000));
  }
  const std::vector<Fault> kinds = draw_strains(random, plan.unplanned);
  if (kinds.empty() || random.chance(40)) return;
  const Millis pause{std::array<std::int64_t, 3>{4000, 12000, 30000}[random.below(3)]};
  for (Millis at = Millis{20'000} + random.between(Millis{0}, pause); at < plan.heal_at; at += random.between(pause / 4, pause * 2)) {
    FaultEvent event;
    event.at = at;
    event.fault = draw_one(kinds, random);
    event.node = random.below(plan.nodes.size());
    event.length = draw_length(event.fault, random);
    event.amount = Millis{random.between(1, 30)};
    event.draw = random.next();
    plan.faults.push_back(event);
  }
}

void draw_traps(Plan& plan, Random& random) {
  if (!plan.unplanned || random.chance(60)) return;
  constexpr std::array kinds{Fault::kill_core, Fault::kill_daemon, Fault::kill_both,
                             Fault::stop_core, Fault::stop_core,   Fault::stop_daemon};
  const std::size_t count = 1 + random.below(4);
  for (std::size_t trap = 0; trap < count; ++trap) {
    FaultEvent event;
    event.at = random.between(Millis{15'000}, plan.heal_at - Millis{15'000});
    event.fault = kinds[random.below(kinds.size())];
    event.node = random.below(plan.nodes.size());
    event.length = Millis{random.between(500, 25'000)};
    event.at_request = true;
    plan.faults.push_back(event);
  }
}

bool is_of_disk(Fault fault) { return fault == Fault::disk_full || fault == Fault::disk_slow || fault == Fault::disk_lost; }

bool is_of_disk_loss(Fault fault) { return fault == Fault::disk_lost || fault == Fault::old_store || fault == Fault::no_store; }

bool is_planned(Fault fault) { return (fault >= Fault::busy && fault < Fault::remove) || is_of_disk(fault); }

bool is_of_links(Fault fault) {
  return (fault >= Fault::cut && fault <= Fault::delay) || (fault >= Fault::split && fault <= Fault::slow_line);
}

bool touches(const FaultEvent& event, std::size_t node) {
  const bool pair = event.fault == Fault::cut || event.fault == Fault::one_way;
  return event.node == node || event.fault == Fault::split || (pair && event.other == node);
}

const char* name_of(Fault fault) { return kNames[static_cast<std::size_t>(fault)]; }

std::optional<Fault> fault_by_name(const std::string& name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Fault>(found - kNames.begin());
}

}  // namespace merlin::sim
