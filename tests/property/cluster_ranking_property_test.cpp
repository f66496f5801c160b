// I5: when one of n nodes leaves or returns, only its share moves; shares follow the weights.
#include <cmath>
#include <map>

#include "shared/cluster/ownership/ranking.hpp"
#include "tests/property/properties.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using namespace merlin::property;

struct Weighted {
  NodeId id;
  std::uint32_t weight;
};

NodeId first_of(const std::vector<Weighted>& nodes, const std::string& host) {
  Candidate best;
  for (const Weighted& node : nodes) {
    const Candidate candidate{node.id, best_draw(node.id, node.weight, host), node.weight, wire::NodePhase::ready};
    if (best.id.empty() || stands_before(candidate, best)) best = candidate;
  }
  return best.id;
}

std::vector<Weighted> any_nodes() {
  const std::size_t count = *rc::gen::inRange<std::size_t>(2, 9);
  std::vector<Weighted> nodes;
  for (const NodeId& id : any_ids(count)) nodes.push_back({id, *rc::gen::inRange(1U, 5U)});
  return nodes;
}

}  // namespace

// I5
BOOST_AUTO_TEST_CASE(only_the_share_of_one_who_leaves_moves_and_comes_back_on_return) {
  check("hosts of others stay", [] {
    const std::vector<Weighted> all = any_nodes();
    const std::size_t gone = *rc::gen::inRange<std::size_t>(0, all.size());
    std::vector<Weighted> rest = all;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(gone));
    for (int number = 0; number < 60; ++number) {
      const std::string host = "host" + std::to_string(number);
      const NodeId owner = first_of(all, host);
      if (owner != all[gone].id) RC_ASSERT((first_of(rest, host) == owner));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_greater_weight_only_wins_hosts) {
  check("hosts come to the node and none leave it", [] {
    std::vector<Weighted> nodes = any_nodes();
    std::vector<Weighted> heavier = nodes;
    ++heavier[0].weight;
    for (int number = 0; number < 60; ++number) {
      const std::string host = "host" + std::to_string(number);
      const NodeId before = first_of(nodes, host);
      const NodeId after = first_of(heavier, host);
      RC_ASSERT((after == before || after == nodes[0].id));
    }
  });
}

BOOST_AUTO_TEST_CASE(the_order_in_which_nodes_are_named_does_not_matter) {
  check("same owner", [] {
    std::vector<Weighted> nodes = any_nodes();
    std::vector<Weighted> reversed{nodes.rbegin(), nodes.rend()};
    const std::string host = *rc::gen::arbitrary<std::string>();
    RC_ASSERT((first_of(nodes, host) == first_of(reversed, host)));
  });
}

BOOST_AUTO_TEST_CASE(ranking_is_a_strict_order) {
  check("of any three candidates", [] {
    const auto any_candidate = [] {
      return Candidate{any_id(), *rc::gen::inRange<std::uint64_t>(0, 4), *rc::gen::inRange(0U, 2U),
                       static_cast<wire::NodePhase>(*rc::gen::inRange(0, 3))};
    };
    const Candidate a = any_candidate();
    const Candidate b = any_candidate();
    const Candidate c = any_candidate();
    RC_ASSERT(!stands_before(a, a));
    RC_ASSERT(!(stands_before(a, b) && stands_before(b, a)));
    if (stands_before(a, b) && stands_before(b, c)) RC_ASSERT(stands_before(a, c));
  });
}

BOOST_AUTO_TEST_CASE(shares_follow_the_weights_within_four_percent_at_ten_thousand_hosts) {
  std::vector<Weighted> nodes{{*NodeId::from_hex("5df6e0e2761359d30a8275058e299fcc"), 1},
                              {*NodeId::from_hex("4bf5122f344554c53bde2ebb8cd2b7e3"), 1},
                              {*NodeId::from_hex("dbc1b4c900ffe48d575b5da5c6380401"), 2}};
  std::map<NodeId, double> share;
  constexpr int kHosts = 10'000;
  for (int number = 0; number < kHosts; ++number) share[first_of(nodes, "host" + std::to_string(number))] += 1.0 / kHosts;
  for (const Weighted& node : nodes) BOOST_TEST(std::abs(share[node.id] - node.weight / 4.0) < 0.04 * node.weight / 4.0);
}
