// R1's promise, with only Ownership and claims in rounds of one heartbeat: whatever each node believes about the others
// (inventories, weights, phases, which nodes are active, permanently different), no host is without an owner for longer than the bound
// among the live nodes that have it configured; and once all believe the same, each host has exactly one.
#include <map>
#include <memory>
#include <set>

#include "shared/cluster/ownership/ownership.hpp"
#include "tests/property/properties.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using namespace merlin::property;

constexpr Millis kHeartbeat{1000};
constexpr int kHosts = 6;
// R1: two heartbeats of waiting for a claim plus one exchange, which is a round for the claim's end and one for the new claim.
constexpr int kBoundRounds = kHeartbeatsToClaim + 2;

// One node's belief about another, or about itself; it always knows its own claims.
struct Belief {
  bool active = true;
  std::uint32_t weight = 1;
  wire::NodePhase phase = wire::NodePhase::ready;
};

struct Runner {
  NodeId id;
  InventoryPtr inventory;
  Ownership ownership;
  std::vector<Belief> beliefs;  // about each node
  std::map<std::size_t, ClaimSet> heard;
  ClaimSet own;
};

class Rounds {
 public:
  explicit Rounds(std::size_t count) {
    const auto ids = any_ids(count);
    for (std::size_t node = 0; node < count; ++node) {
      auto runner = std::make_unique<Runner>();
      runner->id = ids[node];
      std::vector<wire::InventoryHost> hosts;
      for (int host = 0; host < kHosts; ++host) {
        if (*rc::gen::inRange(0, 4) > 0) hosts.push_back({"host" + std::to_string(host), {}});
      }
      runner->inventory = std::make_shared<const Inventory>(hosts, node + 1);
      runner->ownership.set_interval(kHeartbeat);
      runner->ownership.set_inventory(runner->inventory);
      runners_.push_back(std::move(runner));
    }
  }

  void believe_anything() {
    for (auto& runner : runners_) {
      runner->beliefs.clear();
      for (std::size_t node = 0; node < runners_.size(); ++node) {
        Belief belief;
        belief.active = *rc::gen::inRange(0, 4) > 0;
        belief.weight = *rc::gen::inRange(0U, 4U);
        belief.phase = static_cast<wire::NodePhase>(*rc::gen::inRange(0, 3));
        runner->beliefs.push_back(belief);
      }
    }
  }
  void believe_the_same() {
    const std::vector<Belief> truth = [&] {
      std::vector<Belief> beliefs(runners_.size());
      for (Belief& belief : beliefs) belief.weight = *rc::gen::inRange(0U, 4U);
      return beliefs;
    }();
    for (auto& runner : runners_) runner->beliefs = truth;
  }

  // A heartbeat: earlier claims arrive, every node decides, wants are answered at once.
  void round() {
    now_ += kHeartbeat;
    for (std::size_t node = 0; node < runners_.size(); ++node) {
      for (std::size_t other = 0; other < runners_.size(); ++other) {
        if (other != node) runners_[node]->heard[other] = runners_[other]->own;
      }
    }
    for (std::size_t node = 0; node < runners_.size(); ++node) decide(node);
    for (auto& runner : runners_) {
      wire::CoreClaims said;
      said.whole = true;
      said.added.assign(runner->ownership.running().begin(), runner->ownership.running().end());
      runner->own.change(runner->id, 1, said);
    }
    count_gaps();
  }

  int longest_gap() const { return longest_gap_; }
  std::size_t runners_of(int host) const {
    const HostKey key = host_key("host" + std::to_string(host));
    return static_cast<std::size_t>(
        std::count_if(runners_.begin(), runners_.end(), [&](const auto& runner) { return runner->ownership.running().contains(key); }));
  }
  bool known(int host) const {
    const HostKey key = host_key("host" + std::to_string(host));
    return std::any_of(runners_.begin(), runners_.end(), [&](const auto& runner) { return runner->inventory->knows_host(key); });
  }

 private:
  Contender contender(std::size_t reader, std::size_t node) {
    const Belief& belief = runners_[reader]->beliefs[node];
    const ClaimSet* claims = reader == node ? &runners_[node]->own : &runners_[reader]->heard[node];
    return {runners_[node]->id, belief.weight, belief.phase, runners_[node]->inventory, claims, std::nullopt};
  }
  void decide(std::size_t node) {
    std::vector<Contender> others;
    for (std::size_t other = 0; other < runners_.size(); ++other) {
      if (other != node && runners_[node]->beliefs[other].active) others.push_back(contender(node, other));
    }
    const Decision decision = runners_[node]->ownership.decide(contender(node, node), others, now_);
    for (const auto& [from, units] : decision.wants) answer(node, from, units);
  }
  void answer(std::size_t wanter, const NodeId& from, const std::vector<Unit>& units) {
    for (std::size_t node = 0; node < runners_.size(); ++node) {
      if (runners_[node]->id != from || !runners_[node]->beliefs[wanter].active) continue;
      const auto released = runners_[node]->ownership.on_want(contender(node, node), contender(node, wanter), units, now_);
      runners_[wanter]->ownership.on_yield(released, now_);
    }
  }
  void count_gaps() {
    for (int host = 0; host < kHosts; ++host) {
      gap_[host] = runners_of(host) > 0 || !known(host) ? 0 : gap_[host] + 1;
      longest_gap_ = std::max(longest_gap_, gap_[host]);
    }
  }

  std::vector<std::unique_ptr<Runner>> runners_;
  SteadyTime now_{Millis{1'000'000}};
  std::map<int, int> gap_;
  int longest_gap_ = 0;
};

}  // namespace

// I4
BOOST_AUTO_TEST_CASE(no_host_is_left_without_a_runner_whatever_the_nodes_believe) {
  check("gap within the bound for views that differ for ever", [] {
    Rounds rounds(*rc::gen::inRange<std::size_t>(1, 6));
    rounds.believe_anything();
    for (int round = 0; round < 40; ++round) rounds.round();
    RC_ASSERT(rounds.longest_gap() <= kBoundRounds);
  });
}

BOOST_AUTO_TEST_CASE(nor_while_views_change) {
  check("gap within the bound of each change", [] {
    Rounds rounds(*rc::gen::inRange<std::size_t>(1, 6));
    for (int change = 0; change < 4; ++change) {
      rounds.believe_anything();
      for (int round = 0; round < 20; ++round) rounds.round();
    }
    RC_ASSERT(rounds.longest_gap() <= 2 * kBoundRounds);
  });
}

BOOST_AUTO_TEST_CASE(equal_views_end_with_exactly_one_runner_each) {
  check("one runner of each host that anybody knows", [] {
    Rounds rounds(*rc::gen::inRange<std::size_t>(1, 6));
    rounds.believe_anything();
    for (int round = 0; round < 10; ++round) rounds.round();
    rounds.believe_the_same();
    for (int round = 0; round < 30; ++round) rounds.round();
    for (int host = 0; host < kHosts; ++host) RC_ASSERT(rounds.runners_of(host) == (rounds.known(host) ? 1U : 0U));
  });
}
