#include "tests/sim/plan.hpp"

#include <algorithm>
#include <array>

#include "shared/base/hash.hpp"
#include "shared/wire/limits.hpp"
#include "tests/sim/random.hpp"

namespace merlin::sim {
namespace {

constexpr Millis kFlapsFor{20'000};

NodeId draw_id(Random& random) {
  NodeId id;
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(random.next());
  return id;
}

void draw_objects(Plan& plan, Random& random) {
  const std::size_t hosts = 4 + random.below(24);
  const std::size_t services = random.below(4);
  for (std::size_t host = 0; host < hosts; ++host) {
    const std::string name = "host" + std::to_string(host);
    plan.objects.push_back({name, "", {host_key(name), 0}, {}});
    for (std::size_t service = 0; service < services; ++service) {
      const std::string description = "service" + std::to_string(service);
      plan.objects.push_back({name, description, {host_key(name), service_key(name, description)}, {}});
    }
  }
}

// A node without a host has none of its services either.
std::vector<std::size_t> draw_inventory(const Plan& plan, Random& random, int lacks_host, int lacks_service) {
  std::vector<std::size_t> knows;
  bool has_host = false;
  for (std::size_t object = 0; object < plan.objects.size(); ++object) {
    if (plan.objects[object].key.is_host()) {
      has_host = !random.chance(lacks_host);
      if (has_host) knows.push_back(object);
    } else if (has_host && !random.chance(lacks_service)) {
      knows.push_back(object);
    }
  }
  return knows;
}

void draw_nodes(Plan& plan, Random& random, std::size_t count) {
  const bool one_interval = random.chance(60);
  const bool one_inventory = random.chance(60);
  const bool weights = random.chance(40);
  const bool clocks = random.chance(50);
  const Millis interval{random.chance(70) ? 1000 : random.between(200, 2000)};
  const int lacks_host = one_inventory ? 0 : static_cast<int>(random.below(40));
  const int lacks_service = one_inventory ? 0 : static_cast<int>(random.below(30));
  for (std::size_t i = 0; i < count; ++i) {
    NodePlan node;
    node.id = draw_id(random);
    node.name = "node" + std::to_string(i);
    node.pulse_interval = one_interval ? interval : Millis{random.between(200, 2000)};
    node.core_timeout = Millis{random.between(4000, 8000)};
    if (weights && random.chance(50)) node.weight = static_cast<std::uint32_t>(random.below(4));
    node.said_weights.resize(count);
    for (std::size_t other = 0; weights && other < count; ++other) {
      if (other != i && random.chance(40)) node.said_weights[other] = static_cast<std::uint32_t>(random.below(4));
    }
    if (clocks) node.clock_offset = Millis{random.chance(50) ? random.between(-900, 900) : random.between(-7'200'000, 7'200'000)};
    node.starts_at = Millis{random.between(0, 4000)};
    node.knows = draw_inventory(plan, random, lacks_host, lacks_service);
    plan.nodes.push_back(std::move(node));
  }
}

void draw_latencies(Plan& plan, Random& random) {
  const Millis most{std::array<std::int64_t, 4>{2, 10, 50, 200}[random.below(4)]};
  plan.jitter = Millis{1 + random.between(0, most.count())};
  plan.latency.assign(plan.nodes.size(), std::vector<Millis>(plan.nodes.size(), Millis{1}));
  for (std::size_t a = 0; a < plan.nodes.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) plan.latency[a][b] = plan.latency[b][a] = Millis{random.between(1, most.count())};
  }
}

// Long enough to become hard and to be notified, with some time in between; some last beyond the end.
void draw_outages(Plan& plan, Random& random) {
  plan.attempts = 1 + static_cast<int>(random.below(2));
  plan.repeat_after = plan.check_interval * random.between(2, 5);
  plan.majority = random.chance(40);
  plan.runs_isolated = random.chance(80);
  for (ObjectPlan& object : plan.objects) {
    if (random.chance(40)) continue;
    const Millis shortest = (plan.attempts + 1) * plan.check_interval;
    for (Millis at{random.between(12'000, 60'000)}; at < plan.end_at;) {
      const Millis until = at + random.between(shortest, 6 * plan.check_interval);
      object.outages.push_back({at, until});
      at = until + random.between(2 * plan.check_interval, 8 * plan.check_interval);
    }
  }
}

}  // namespace

std::string Plan::more_output(std::size_t run) const {
  if (more_output_bytes == 0 || run % 7 != 0) return "";
  return "\n" + std::string(more_output_bytes, static_cast<char>('a' + run % 26));
}

bool Plan::is_down(std::size_t object, Millis when) const {
  const auto& outages = objects[object].outages;
  return std::any_of(outages.begin(), outages.end(), [&](const auto& outage) { return when >= outage.from && when < outage.until; });
}

bool Plan::is_flapping(std::size_t object, Millis when) const {
  if (flapping_percent == 0 || when >= heal_at) return false;
  const std::int64_t drawn_from[] = {when / kFlapsFor, static_cast<std::int64_t>(object)};
  return hash64({reinterpret_cast<const char*>(drawn_from), sizeof drawn_from}, ~seed) % 100 < flapping_percent;
}

Millis Plan::last_turn(std::size_t object, Millis when) const {
  Millis last{0};
  for (const ObjectPlan::Outage& outage : objects[object].outages) {
    if (outage.from <= when) last = outage.from;
    if (outage.until <= when) last = outage.until;
  }
  return last;
}

void draw_knobs(Plan& plan, Random& random) {
  const auto checks_a_second = static_cast<double>(plan.objects.size()) * 1000 / static_cast<double>(plan.check_interval.count());
  if (random.chance(40)) plan.busy_limit = Millis{random.between(4'000, 9'000)};
  if (random.chance(40)) plan.join_timeout = Millis{random.between(8'000, 60'000)};
  if (random.chance(40)) plan.takeover_rate = checks_a_second * static_cast<double>(2 + random.below(20));
  if (random.chance(30)) plan.attempts = 3 + static_cast<int>(random.below(3));
  // The wall clock determines the age of data.
  const bool steps =
      std::any_of(plan.faults.begin(), plan.faults.end(), [](const FaultEvent& event) { return event.fault == Fault::clock_step; });
  const bool apart = std::any_of(plan.nodes.begin(), plan.nodes.end(),
                                 [](const NodePlan& node) { return std::chrono::abs(node.clock_offset) > Millis{1000}; });
  if (!steps && !apart && random.chance(25)) plan.retention = Millis{random.between(8'000, 40'000)};
}

Plan draw_plan(std::uint64_t seed, std::optional<std::size_t> nodes) {
  Random random(seed);
  Plan plan;
  plan.seed = seed;
  const std::size_t count = 2 + random.below(random.chance(70) ? 3 : 6);
  draw_objects(plan, random);
  draw_nodes(plan, random, nodes.value_or(count));
  draw_latencies(plan, random);
  // Cores count in seconds.
  plan.check_interval = Millis{random.between(6000, 20000) / 1000 * 1000};
  plan.check_time = Millis{std::array<std::int64_t, 3>{50, 800, 4000}[random.below(3)]};
  plan.link_patience = Millis{random.between(3000, 12000)};
  plan.isolation_grace = Millis{random.between(4000, 10000)};
  draw_faults(plan, random);
  plan.end_at = plan.heal_at + Millis{80'000};
  draw_outages(plan, random);
  // A separate generator, so that a seed keeps its earlier draws.
  Random more(seed ^ 0xD15C);
  draw_strain(plan, more);
  draw_traffic(plan, more);
  draw_acts(plan, more);
  // Never the first node: it decides ties.
  if (Random of_tellers(seed ^ 0x7E11); of_tellers.chance(15)) plan.nodes[1 + of_tellers.below(plan.nodes.size() - 1)].notifies = false;
  Random of_knobs(seed ^ 0xC0B5);
  draw_knobs(plan, of_knobs);
  draw_traps(plan, of_knobs);
  if (Random of_filters(seed ^ 0xF117); of_filters.chance(25))
    plan.filtered_percent = static_cast<std::uint64_t>(of_filters.between(10, 60));
  if (Random of_output(seed ^ 0x0075); of_output.chance(10)) {
    plan.more_output_bytes = 1 + of_output.below(16'000);
    // More than the protocol transmits.
    if (of_output.chance(10)) plan.more_output_bytes += wire::kMaxPluginBytes;
  }
  if (Random of_flapping(seed ^ 0xF1A9); of_flapping.chance(15))
    plan.flapping_percent = static_cast<std::uint64_t>(of_flapping.between(10, 50));
  if (Random of_commands(seed ^ 0xC0AD); of_commands.chance(25)) draw_commands(plan, of_commands);
  return plan;
}

}  // namespace merlin::sim
