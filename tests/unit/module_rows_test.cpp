#include <boost/test/unit_test.hpp>

#include "module/agent/cost_meter.hpp"
#include "module/agent/dirty_set.hpp"
#include "module/agent/forward_queue.hpp"
#include "module/agent/log_limit.hpp"
#include "module/agent/row_intake.hpp"
#include "module/agent/row_writer.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/module_fake_core.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

NodeId node(std::uint8_t number) {
  NodeId id;
  id.bytes[0] = number;
  return id;
}

struct Rows : RowListener {
  Rows() {
    fill_small(core);
    objects = Objects(core);
    rows = RowTable(objects.size());
    wire::CoreWelcome welcome;
    welcome.node_id = node(1);
    ownership.side().on_welcome(welcome);
  }
  void on_row(Index object, bool) override { heard.push_back(object); }
  void on_operator_row(const wire::Register&, bool) override { ++operator_rows; }
  bool is_of_own_result(Index, const wire::CheckRegister&) override { return false; }
  int operator_rows = 0;

  void own(const std::string& host) {
    wire::Epoch epoch;
    epoch.number = ownership.side().epoch() + 1;
    epoch.term = 5;
    epoch.side = 2;
    epoch.whole = true;
    epoch.added = {host_key(host)};
    ownership.apply(ownership.side().on_epoch(epoch));
  }

  wire::Register row(Index object, wire::Version version, const std::string& output, Seconds next_in = 30) {
    wire::CheckRegister state;
    state.output = output;
    state.has_been_checked = state.should_be_scheduled = true;
    state.next_check = next_in * 1000;
    return {objects.key(object), wire::RegisterKind::check, version, core.seconds() * 1000, wire::encode(state)};
  }

  void take(std::vector<wire::Register> imposed, std::vector<wire::Register> live) {
    intake.begin({++batch, std::move(live), std::move(imposed)});
    std::optional<std::uint64_t> done;
    while (!done) done = intake.step(core.now());
    BOOST_TEST(*done == batch);
    BOOST_TEST(intake.idle());
  }

  FakeCore core;
  Objects objects;
  RowTable rows;
  Ownership ownership{(fill(), objects), {}, core.now().steady};
  RowIntake intake{core, objects, rows, ownership, *this, false};
  RowWriter writer{core, objects, rows, ownership};
  std::vector<Index> heard;
  std::uint64_t batch = 0;

 private:
  void fill() {
    FakeCore same;
    fill_small(same);
    objects = Objects(same);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_live_row_is_shown_once_and_older_ones_never, Rows) {
  intake.set_name(node(2), "peer02");
  take({}, {row(3, {5, 2, 100, node(2)}, "new")});
  take({},
       {row(3, {5, 2, 100, node(2)}, "again"), row(3, {4, 3, 900, node(2)}, "older term"), row(3, {5, 1, 900, node(2)}, "smaller side")});
  BOOST_REQUIRE(core.shown.size() == 1u);
  BOOST_TEST(core.shown[0].live);
  BOOST_TEST(core.shown[0].node == "peer02");
  BOOST_TEST(core.shown[0].output == "new");
  BOOST_TEST(intake.ignored() == 3u);
  BOOST_TEST(heard == std::vector<Index>{3});
}

BOOST_FIXTURE_TEST_CASE(the_same_row_is_imposed_again_silently, Rows) {
  take({row(3, {5, 2, 100, node(2)}, "row")}, {});
  take({row(3, {5, 2, 100, node(2)}, "row"), row(3, {5, 2, 99, node(2)}, "older")}, {});
  BOOST_REQUIRE(core.shown.size() == 2u);
  BOOST_TEST(!core.shown[1].live);
  BOOST_TEST(core.shown[1].output == "row");
}

BOOST_FIXTURE_TEST_CASE(unknown_objects_and_broken_values_change_nothing_and_are_confirmed, Rows) {
  wire::Register unknown = row(3, {5, 2, 100, node(2)}, "x");
  unknown.object.host = 12345;
  wire::Register broken = row(3, {5, 2, 100, node(2)}, "x");
  broken.value = "\xff\xff\xff";
  take({}, {unknown, broken});
  BOOST_TEST(core.shown.empty());
  BOOST_TEST((rows.version(3) == wire::Version{}));
  take({}, {});
}

BOOST_FIXTURE_TEST_CASE(another_nodes_object_is_parked_behind_its_owners_time, Rows) {
  const Seconds now = core.seconds();
  take({}, {row(3, {5, 2, 100, node(2)}, "x", 30)});
  BOOST_TEST(core.objects[3].moves.back().first == now + 90);
  BOOST_TEST(core.objects[3].moves.back().second == now + 30);
  BOOST_TEST(rows.due(3) == now + 30);
  // The owner's clock is an hour ahead: a check is due within an interval.
  take({}, {row(3, {5, 2, 101, node(2)}, "x", 3600)});
  BOOST_TEST(rows.due(3) == now + 60);
}

// F30
BOOST_FIXTURE_TEST_CASE(a_row_of_before_the_clock_was_put_back_is_of_now, Rows) {
  wire::Register ahead = row(3, {5, 2, 100, node(2)}, "x", 30);
  ahead.base_ms += 3'600'000;
  take({ahead}, {});
  BOOST_REQUIRE(core.shown.size() == 1u);
  BOOST_TEST(core.shown[0].base_ms == core.seconds() * 1000);
  BOOST_TEST(rows.due(3) == core.seconds() + 30);
}

BOOST_FIXTURE_TEST_CASE(the_schedule_of_an_own_object_is_the_listeners, Rows) {
  own("web");
  take({row(3, {5, 3, 100, node(2)}, "x", -500)}, {});
  BOOST_TEST(core.objects[3].moves.empty());
  BOOST_TEST(heard == std::vector<Index>{3});
  BOOST_TEST(rows.due(3) == core.seconds() - 500);
}

BOOST_FIXTURE_TEST_CASE(own_writes_are_greater_than_all_that_was_seen, Rows) {
  own("web");
  take({}, {row(4, {5, 2, std::uint64_t{1} << 62, node(9)}, "from a clock ahead")});
  const wire::Register first = writer.write(3, core.now());
  const wire::Register second = writer.write(3, core.now());
  BOOST_TEST(first.version.hlc > (std::uint64_t{1} << 62));
  BOOST_TEST((second.version > first.version));
  BOOST_TEST(first.version.term == 5u);
  BOOST_TEST(first.version.side == 2u);
  BOOST_TEST((first.version.writer == node(1)));
}

BOOST_FIXTURE_TEST_CASE(a_row_says_when_it_was_last_well_and_when_it_changed, Rows) {
  own("web");
  core.objects[3].state.state_type = 1;
  const auto well = wire::decode<wire::CheckRegister>(writer.write(3, core.now()).value);
  const std::uint64_t well_hlc = rows.version(3).hlc;
  BOOST_TEST(well->last_hard_ok_hlc == well_hlc);
  core.objects[3].state.current_state = 2;
  core.objects[3].state.state_type = 0;
  const auto bad = wire::decode<wire::CheckRegister>(writer.write(3, core.now()).value);
  const std::uint64_t change_hlc = rows.version(3).hlc;
  BOOST_TEST(bad->last_hard_ok_hlc == well_hlc);
  BOOST_TEST(bad->last_change_hlc == change_hlc);
  const auto still = wire::decode<wire::CheckRegister>(writer.write(3, core.now()).value);
  BOOST_TEST(still->last_hard_ok_hlc == well_hlc);
  BOOST_TEST(still->last_change_hlc == change_hlc);
}

BOOST_FIXTURE_TEST_CASE(what_comes_from_retention_has_the_smallest_versions, Rows) {
  core.objects[3].state.last_check = (core.seconds() - 500) * 1000;
  const wire::Register row = writer.known(3, core.now());
  BOOST_TEST((row.version == wire::Version{0, 0, cluster::hlc_of(WallTime{Millis{(core.seconds() - 500) * 1000}}), node(1)}));
  BOOST_TEST((writer.known(3, core.now()).version == row.version));
}

BOOST_AUTO_TEST_CASE(more_origins_than_numbers_for_them_are_cleaned_up_or_refused) {
  RowTable table(2);
  for (std::uint64_t term = 1; term < 200000; ++term) BOOST_REQUIRE(table.set_version(0, {term, 1, term, node(1)}));
  BOOST_TEST((table.version(0) == wire::Version{199999, 1, 199999, node(1)}));
  BOOST_TEST((table.version(1) == wire::Version{}));
  RowTable full(65536);
  for (Index object = 0; object < 65536; ++object) BOOST_REQUIRE(full.set_version(object, {object + 1, 1, 1, node(1)}));
  BOOST_TEST(!full.set_version(0, {99999999, 1, 1, node(1)}));
  BOOST_TEST(full.version(0).term == 1u);
}

BOOST_AUTO_TEST_CASE(an_object_waits_once_in_the_dirty_set) {
  DirtySet dirty(3);
  dirty.mark(2);
  dirty.mark(0);
  dirty.mark(2);
  BOOST_TEST(dirty.size() == 2u);
  BOOST_TEST(dirty.take() == 2u);
  dirty.mark(2);
  BOOST_TEST(dirty.take() == 0u);
  BOOST_TEST(dirty.take() == 2u);
  BOOST_TEST(dirty.take() == kNoObject);
  BOOST_TEST(dirty.empty());
}

BOOST_AUTO_TEST_CASE(what_is_to_be_forwarded_is_bounded_and_the_oldest_go_first) {
  cluster::ForwardQueue queue;
  for (int i = 0; i < 40; ++i) {
    wire::CheckResult result;
    result.return_code = i;
    result.output.assign(1024 * 1024, 'x');
    queue.push(std::move(result));
  }
  BOOST_TEST(queue.size() <= 16u);
  BOOST_TEST(queue.dropped() == 40 - queue.size());
  BOOST_TEST(queue.take(1, 0).results[0].return_code == static_cast<int>(queue.dropped()));
}

BOOST_AUTO_TEST_CASE(what_is_to_be_forwarded_is_said_again_until_it_is_safe) {
  cluster::ForwardQueue queue;
  for (int i = 0; i < 3; ++i) queue.push(wire::CheckResult{});
  queue.push(wire::Command{});
  const wire::CoreResults first = queue.take(3, 1'000);
  BOOST_REQUIRE(first.results.size() == 3u);
  BOOST_TEST(first.results[0].number == 1u);
  BOOST_TEST(first.results[2].sent_ms == 1'000);
  queue.safe({2});
  BOOST_TEST(queue.take(9, 2'000).commands.at(0).number == 4u);
  BOOST_TEST(!queue.has_unsaid());
  queue.say_again();
  const wire::CoreResults again = queue.take(9, 3'000);
  BOOST_REQUIRE(again.results.size() == 2u);
  BOOST_TEST(again.results[1].number == 3u);
  queue.safe({1, 3, 4, 99});
  BOOST_TEST(queue.size() == 0u);
}

BOOST_AUTO_TEST_CASE(costs_are_told_within_an_eighth) {
  CostMeter meter;
  BOOST_TEST(meter.quantile_ns(0.5) == 0u);
  for (std::uint64_t ns = 1; ns <= 100000; ++ns) meter.add(ns);
  meter.add(std::uint64_t{1} << 50);
  for (const double share : {0.001, 0.5, 0.99, 0.999}) {
    const auto told = static_cast<double>(meter.quantile_ns(share));
    BOOST_TEST(told >= share * 100000 * 0.999);
    BOOST_TEST(told <= share * 100000 * 1.126 + 1);
  }
  BOOST_TEST(meter.worst_ns() == std::uint64_t{1} << 50);
}

BOOST_AUTO_TEST_CASE(a_line_is_let_through_once_a_minute_and_says_what_it_held_back) {
  LogLimit limit;
  const SteadyTime start{Millis{5}};
  BOOST_TEST(limit.admit(start).value() == 0u);
  for (int i = 1; i <= 10; ++i) BOOST_TEST(!limit.admit(start + Millis{i * 5000}));
  BOOST_TEST(limit.admit(start + Millis{60000}).value() == 10u);
}
