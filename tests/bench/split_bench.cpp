// How evenly random clusters share hosts, and how long a node takes to compute ownership when another node has left.
// One JSON object per line, for scripts/bench.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "shared/cluster/ownership/ownership.hpp"
#include "shared/cluster/ownership/ranking.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr int kClusters = 50;
constexpr int kDecisions = 5;

struct Member {
  NodeId id;
  std::uint32_t weight = 1;
  std::vector<Unit> hosts;  // it is first in the ranking of these
};

std::vector<Member> drawn_members(std::size_t count, bool weighted, std::mt19937_64& random) {
  std::vector<Member> members(count);
  for (std::size_t at = 0; at < count; ++at) {
    for (auto& byte : members[at].id.bytes) byte = static_cast<std::uint8_t>(random());
    members[at].weight = weighted && at % 3 == 2 ? 2 : 1;  // 1:1:2, repeated
  }
  return members;
}

void share_out(std::vector<Member>& members, const InventoryPtr& inventory) {
  for (const KnownHost& host : inventory->hosts()) {
    Member* first = nullptr;
    Candidate best;
    for (Member& member : members) {
      const Candidate candidate{member.id, best_draw(member.id, member.weight, host.name), member.weight, wire::NodePhase::ready};
      if (first != nullptr && !stands_before(candidate, best)) continue;
      first = &member;
      best = candidate;
    }
    first->hosts.push_back(host.key);
  }
}

std::vector<double> distances_percent(const std::vector<Member>& members, std::size_t hosts) {
  double weights = 0;
  for (const Member& member : members) weights += member.weight;
  std::vector<double> distances;
  for (const Member& member : members) {
    const double fair = static_cast<double>(hosts) * member.weight / weights;
    distances.push_back(std::abs(static_cast<double>(member.hosts.size()) - fair) / fair * 100);
  }
  return distances;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The first member decides after the last one has left; the others claim what they own.
double decide_ms(const std::vector<Member>& members, const InventoryPtr& inventory) {
  std::vector<ClaimSet> claims(members.size());
  std::vector<Contender> contenders;
  for (std::size_t at = 0; at < members.size(); ++at) {
    claims[at].apply({members[at].id, 1, 1, true, members[at].hosts, {}});
    contenders.push_back({members[at].id, members[at].weight, wire::NodePhase::ready, inventory, &claims[at], std::nullopt});
  }
  Ownership ownership;
  ownership.set_inventory(inventory);
  const std::vector<Contender> others(contenders.begin() + 1, contenders.end());
  const std::vector<Contender> rest(contenders.begin() + 1, contenders.end() - 1);
  ownership.decide(contenders[0], others, SteadyTime{Millis{0}});
  const auto begin = std::chrono::steady_clock::now();
  ownership.decide(contenders[0], rest, SteadyTime{Millis{10}});
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

InventoryPtr inventory_of(int hosts) {
  std::vector<std::string> services;
  for (int number = 1; number <= 10; ++number) services.push_back("service" + std::to_string(number));
  std::vector<wire::InventoryHost> all;
  for (int number = 0; number < hosts; ++number) all.push_back({"host" + std::to_string(100'000 + number), services});
  return std::make_shared<const Inventory>(std::move(all), 1);
}

void report(int hosts, std::size_t nodes, bool weighted) {
  std::mt19937_64 random(20260101);  // the same clusters in every run
  const InventoryPtr inventory = inventory_of(hosts);
  std::vector<double> farthest;
  std::vector<double> times;
  double sum = 0;
  for (int cluster = 0; cluster < kClusters; ++cluster) {
    std::vector<Member> members = drawn_members(nodes, weighted, random);
    share_out(members, inventory);
    const std::vector<double> distances = distances_percent(members, inventory->hosts().size());
    for (double distance : distances) sum += distance / static_cast<double>(nodes);
    farthest.push_back(*std::max_element(distances.begin(), distances.end()));
    if (cluster < kDecisions) times.push_back(decide_ms(members, inventory));
  }
  std::cout << R"({"hosts": )" << hosts << R"(, "nodes": )" << nodes << R"(, "weighted": )" << (weighted ? "true" : "false")
            << R"(, "mean_percent": )" << sum / kClusters << R"(, "farthest_percent": )" << median(farthest) << R"(, "decide_ms": )"
            << median(times) << "}\n";
}

}  // namespace

int main() {
  for (int hosts : {300, 1000, 10'000}) {
    for (std::size_t nodes : {3U, 8U}) {
      for (bool weighted : {false, true}) report(hosts, nodes, weighted);
    }
  }
}
