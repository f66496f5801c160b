// Which objects are checked again after two sides have met: those that both have checked while apart, and no others.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/state/rechecks.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr std::uint64_t kKnownStamp = 1000, kKnownChange = 10, kMetTerm = 5;

wire::Register met_row(std::uint8_t writer, std::uint64_t hlc, std::uint64_t term = kMetTerm) {
  wire::Register content;
  content.object = {7, 0};
  content.version = {term, 1, hlc, id(writer)};
  return content;
}

Row held(wire::Register content, std::uint64_t change = kKnownChange + 1) {
  Row row;
  row.content = std::move(content);
  row.change = change;
  return row;
}

// We are node 1, with node 2; node 3 was lost and returns.
struct Meeting {
  Meeting() {
    rechecks.lost(id(3), kKnownStamp, kKnownChange);
    rechecks.met(id(3), kMetTerm, at(0));
  }
  std::size_t due(int milliseconds = 0) {
    return rechecks.take([&](const ObjectKey&) { return Rechecks::Look{here ? id(1) : NodeId{}, checked}; }, 100, at(milliseconds)).size();
  }
  Rechecks rechecks;
  bool here = true;
  std::uint64_t checked = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rechecks)

BOOST_FIXTURE_TEST_CASE(what_both_sides_wrote_apart_is_checked_again_whichever_stands, Meeting) {
  rechecks.compare(held(met_row(1, 2000)), met_row(3, 3000), at(0));
  BOOST_TEST(due() == 1U);
  BOOST_TEST(due() == 0U);
}

BOOST_FIXTURE_TEST_CASE(also_what_another_of_our_side_wrote_and_once_a_meeting, Meeting) {
  rechecks.compare(held(met_row(2, 4000)), met_row(3, 3000), at(0));
  BOOST_TEST(due() == 1U);
  checked = 4001;
  BOOST_TEST(due() == 0U);
  BOOST_TEST(rechecks.empty());
  checked = 0;
  rechecks.compare(held(met_row(3, 3000)), met_row(2, 4000), at(0));
  BOOST_TEST(due() == 0U);
  rechecks.lost(id(3), kKnownStamp, kKnownChange);
  rechecks.compare(held(met_row(3, 3000)), met_row(2, 4000), at(1000));
  BOOST_TEST(due(1000) == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_only_one_side_wrote_is_not, Meeting) {
  rechecks.compare(held(met_row(1, 2000), kKnownChange), met_row(3, 3000), at(0));
  rechecks.compare(held(met_row(1, 2000)), met_row(3, kKnownStamp), at(0));
  rechecks.compare(held(met_row(1, 2000)), met_row(2, 3000), at(0));
  rechecks.compare(held(met_row(3, 2000)), met_row(3, 3000), at(0));
  BOOST_TEST(due() == 0U);
}

// As after each takeover: the new owner's first result arrives while the lost node's last state is still in the table. If a clock
// ran ahead before, all versions are of the same millisecond.
BOOST_FIXTURE_TEST_CASE(what_was_known_of_a_node_before_it_was_lost_is_not, Meeting) {
  rechecks.compare(held(met_row(3, kKnownStamp), 1), met_row(2, kKnownStamp + 1), at(0));
  BOOST_TEST(due() == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_was_written_after_the_meeting_is_not, Meeting) {
  rechecks.compare(held(met_row(1, 2000)), met_row(3, 3000, kMetTerm + 1), at(0));
  rechecks.compare(held(met_row(1, 2000, kMetTerm + 1)), met_row(3, 3000), at(0));
  rechecks.compare(held(met_row(1, 2000)), met_row(3, 3000), at(60'000));
  BOOST_TEST(due() == 0U);
}

BOOST_AUTO_TEST_CASE(the_first_rows_come_before_the_nodes_count_as_met) {
  Rechecks rechecks;
  rechecks.lost(id(3), kKnownStamp, kKnownChange);
  rechecks.compare(held(met_row(1, 2000)), met_row(3, 3000, kMetTerm + 9), at(0));
  BOOST_TEST(!rechecks.empty());
}

BOOST_FIXTURE_TEST_CASE(it_waits_for_who_runs_the_object_but_not_for_ever, Meeting) {
  rechecks.compare(held(met_row(1, 2000)), met_row(3, 3000), at(0));
  here = false;
  BOOST_TEST(due(59'999) == 0U);
  BOOST_TEST(!rechecks.empty());
  BOOST_TEST(due(60'000) == 0U);
  BOOST_TEST(rechecks.empty());
}

// The losing content may have been replaced everywhere before it reaches the owner.
BOOST_FIXTURE_TEST_CASE(who_runs_it_is_told_by_whoever_has_seen_it, Meeting) {
  rechecks.add({7, 0}, 2000, at(0));
  const auto run_by = [&](std::uint8_t node) {
    return rechecks.take([&](const ObjectKey&) { return Rechecks::Look{id(node), 1000}; }, 100, at(0));
  };
  BOOST_REQUIRE(run_by(2).size() == 1U);
  BOOST_TEST(run_by(2).empty(), "once");
  const auto moved = run_by(3);
  BOOST_REQUIRE(moved.size() == 1U);
  BOOST_TEST((moved[0].second == id(3)));
}

BOOST_AUTO_TEST_CASE(no_more_are_told_at_a_time_than_asked_for) {
  Rechecks rechecks;
  for (std::uint64_t host = 1; host <= 3; ++host) rechecks.add({host, 0}, 2000, at(0));
  const auto take_two = [&] { return rechecks.take([&](const ObjectKey&) { return Rechecks::Look{id(2), 1000}; }, 2, at(0)).size(); };
  BOOST_TEST(take_two() == 2U);
  BOOST_TEST(take_two() == 1U);
  BOOST_TEST(take_two() == 0U);
}

BOOST_FIXTURE_TEST_CASE(who_gave_it_away_before_it_had_run_it_runs_it_when_it_is_back, Meeting) {
  rechecks.compare(held(met_row(1, 2000)), met_row(3, 3000), at(0));
  BOOST_TEST(due(0) == 1U);
  BOOST_TEST(due(1000) == 0U);
  here = false;
  BOOST_TEST(due(2000) == 0U);
  here = true;
  BOOST_TEST(due(3000) == 1U);
  checked = 3000;
  BOOST_TEST(due(4000) == 0U);
  BOOST_TEST(!rechecks.empty(), "that is the content of before");
  checked = 3001;
  BOOST_TEST(due(5000) == 0U);
  BOOST_TEST(rechecks.empty());
}

BOOST_AUTO_TEST_SUITE_END()
