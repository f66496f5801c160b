// Checks that still run on other nodes: when a node is lost, the waits for its checks end, and no others.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/ownership/awaited_checks.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

}  // namespace

BOOST_AUTO_TEST_CASE(with_a_node_the_wait_for_its_checks_ends_once) {
  AwaitedChecks awaited;
  awaited.add({{7, 0}, 30'000, id(2)}, at(0));
  awaited.add({{8, 1}, 30'000, id(3)}, at(0));
  const auto in_vain = awaited.lost(id(2), at(1000));
  BOOST_REQUIRE(in_vain.size() == 1U);
  BOOST_TEST((in_vain[0].object == ObjectKey{7, 0}));
  BOOST_TEST(in_vain[0].wait_ms == 0U);
  BOOST_TEST(awaited.lost(id(2), at(1000)).empty());
  BOOST_TEST(awaited.size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_runs_it_by_the_last_word_is_who_is_waited_for) {
  AwaitedChecks awaited;
  awaited.add({{7, 0}, 30'000, id(2)}, at(0));
  awaited.add({{7, 0}, 10'000, id(3)}, at(100));
  BOOST_TEST(awaited.lost(id(2), at(1000)).empty());
  BOOST_TEST(awaited.lost(id(3), at(1000)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_over_by_its_time_is_not_spoken_of) {
  AwaitedChecks awaited;
  awaited.add({{7, 0}, 500, id(2)}, at(0));
  BOOST_TEST(awaited.lost(id(2), at(500)).empty());
  BOOST_TEST(awaited.size() == 0U);
}
