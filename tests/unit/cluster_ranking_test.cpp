// The ranking is the same on every machine and in every version: golden numbers, made by another program.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "shared/base/hash.hpp"
#include "shared/cluster/ownership/ranking.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t at = 0; hex != "-" && at + 1 < hex.size(); at += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  return bytes;
}

std::vector<std::istringstream> golden(const std::string& kind) {
  std::ifstream file(MERLIN_SOURCE_DIR "/tests/unit/golden/ranking.txt");
  std::vector<std::istringstream> found;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first == kind) found.push_back(std::move(words));
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(hashes_are_those_of_every_architecture) {
  auto lines = golden("hash");
  BOOST_REQUIRE_EQUAL(lines.size(), 7U);
  for (auto& line : lines) {
    std::string hex;
    std::uint64_t expected = 0;
    line >> hex >> expected;
    BOOST_TEST(hash64(bytes_of(hex)) == expected, hex);
  }
}

BOOST_AUTO_TEST_CASE(draws_follow_the_written_formula) {
  auto lines = golden("draw");
  BOOST_REQUIRE_GT(lines.size(), 50U);
  for (auto& line : lines) {
    std::string id;
    std::string host;
    std::uint32_t weight = 0;
    std::uint64_t expected = 0;
    line >> id >> weight >> host >> expected;
    BOOST_TEST(best_draw(*NodeId::from_hex(id), weight, host) == expected, id << " " << weight << " " << host);
  }
}

BOOST_AUTO_TEST_CASE(nodes_stand_in_the_written_order) {
  auto lines = golden("order");
  BOOST_REQUIRE_GT(lines.size(), 40U);
  for (auto& line : lines) {
    std::string host;
    line >> host;
    std::vector<Candidate> candidates;
    for (std::string word; line >> word;) {
      const auto weight = static_cast<std::uint32_t>(std::stoul(word.substr(33)));
      const NodeId id = *NodeId::from_hex(word.substr(0, 32));
      candidates.push_back({id, best_draw(id, weight, host), weight, wire::NodePhase::ready});
    }
    BOOST_TEST(std::is_sorted(candidates.begin(), candidates.end(), stands_before), host);
  }
}

BOOST_AUTO_TEST_CASE(ready_nodes_stand_before_standby_before_joining_before_drained) {
  const NodeId id{};
  const Candidate ready{id, 1, 1, wire::NodePhase::ready};
  const Candidate standby{id, 9, 0, wire::NodePhase::ready};
  const Candidate joining{id, 9, 1, wire::NodePhase::joining};
  const Candidate drained{id, 9, 1, wire::NodePhase::drained};
  BOOST_TEST(stands_before(ready, standby));
  BOOST_TEST(stands_before(standby, joining));
  BOOST_TEST(stands_before(joining, drained));
  BOOST_TEST(!stands_before(drained, ready));
}

BOOST_AUTO_TEST_CASE(equal_draws_are_settled_by_the_smaller_id) {
  NodeId small{};
  NodeId large{};
  large.bytes[0] = 1;
  BOOST_TEST(stands_before({small, 5, 1, wire::NodePhase::ready}, {large, 5, 1, wire::NodePhase::ready}));
  BOOST_TEST(!stands_before({small, 5, 1, wire::NodePhase::ready}, {small, 5, 1, wire::NodePhase::ready}));
}
