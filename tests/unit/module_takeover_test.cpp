#include <boost/test/unit_test.hpp>
#include <set>

#include "module/agent/takeover.hpp"
#include "tests/unit/module_fake_core.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

struct Cluster {
  explicit Cluster(int services, Seconds interval = 60) {
    core.add_host("h");
    for (int i = 0; i < services; ++i) core.add_service(0, "s" + std::to_string(i));
    for (FakeObject& object : core.objects) object.schedule.interval = interval;
    objects = Objects(core);
    rows = RowTable(objects.size());
  }
  // Ticks every 50 ms until nothing waits; returns the time that it took.
  Millis finish(Takeover& takeover, std::size_t moves = 64) {
    const SteadyTime start = core.now().steady;
    while (!takeover.idle() && core.now().steady - start < Millis{600000}) {
      while (takeover.step(core.now(), moves)) {
      }
      core.pass(Millis{50});
    }
    return core.now().steady - start;
  }
  FakeCore core;
  Objects objects;
  RowTable rows;
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_overdue_runs_oldest_first_at_the_given_rate) {
  Cluster cluster(100);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  takeover.set_rate(20);
  const Seconds now = cluster.core.seconds();
  for (Index object = 1; object <= 100; ++object) {
    cluster.rows.set_due(object, now - 200 + (object * 37) % 101);
    takeover.add(object);
    takeover.add(object);
  }
  const Millis took = cluster.finish(takeover);
  BOOST_TEST(cluster.core.moved.size() == 100u);
  BOOST_TEST(std::is_sorted(cluster.core.moved.begin(), cluster.core.moved.end(),
                            [](Index a, Index b) { return (a * 37) % 101 < (b * 37) % 101; }));
  BOOST_TEST(took.count() >= 4500);
  BOOST_TEST(took.count() <= 5500);
}

BOOST_AUTO_TEST_CASE(what_is_due_later_keeps_its_time_but_never_beyond_an_interval) {
  Cluster cluster(2);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  const Seconds now = cluster.core.seconds();
  cluster.rows.set_due(1, now + 17);
  cluster.rows.set_due(2, now + 3600);  // its last owner's clock was ahead
  takeover.add(1);
  takeover.add(2);
  cluster.finish(takeover);
  BOOST_TEST(cluster.core.objects[1].moves.back().first == now + 17);
  BOOST_TEST(cluster.core.objects[2].moves.back().first == now + 60);
}

// F40 L4: the clock of the last owner, or of this core before its restart, was ahead.
BOOST_AUTO_TEST_CASE(a_host_whose_last_check_is_still_to_come_is_checked_when_it_is_due) {
  Cluster cluster(0);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  const Seconds now = cluster.core.seconds();
  for (const Seconds due : {now - 1, now + 20}) {
    cluster.core.objects[0].schedule.last_check = now + 900;
    cluster.rows.set_due(0, due);
    takeover.add(0);
    cluster.finish(takeover);
    BOOST_TEST(cluster.core.objects[0].schedule.last_check <= cluster.core.seconds());
    BOOST_TEST(cluster.core.objects[0].moves.back().first <= now + 20);
  }
}

BOOST_AUTO_TEST_CASE(a_host_checked_a_moment_ago_is_run_when_the_core_will_run_it) {
  Cluster cluster(0);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  const Seconds now = cluster.core.seconds();
  cluster.core.objects[0].schedule.last_check = now - 5;
  cluster.rows.set_due(0, now - 1);
  takeover.add(0);
  cluster.finish(takeover);
  BOOST_TEST(cluster.core.objects[0].moves.back().first == now + 10);
}

BOOST_AUTO_TEST_CASE(what_the_core_does_not_schedule_or_runs_already_is_left_alone) {
  Cluster cluster(3);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  cluster.core.objects[1].schedule.checks_enabled = false;
  cluster.core.objects[2].schedule.interval = 0;
  cluster.core.objects[3].schedule.executing = true;
  for (Index object = 1; object <= 3; ++object) {
    cluster.rows.set_due(object, 1);
    takeover.add(object);
  }
  cluster.finish(takeover);
  BOOST_TEST(cluster.core.moved.empty());
}

BOOST_AUTO_TEST_CASE(what_was_started_or_released_meanwhile_is_not_moved) {
  Cluster cluster(50);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  takeover.set_rate(10);
  for (Index object = 1; object <= 50; ++object) {
    cluster.rows.set_due(object, 1);
    takeover.add(object);
  }
  while (takeover.step(cluster.core.now(), 64)) {
  }
  for (Index object = 20; object <= 50; ++object) takeover.drop(object);
  cluster.finish(takeover);
  BOOST_TEST((std::set<Index>(cluster.core.moved.begin(), cluster.core.moved.end()).count(20) == 0));
  BOOST_TEST(cluster.core.moved.size() == 19u);
}

BOOST_AUTO_TEST_CASE(without_a_rate_it_is_four_times_the_average_of_all_and_never_slow) {
  Cluster busy(600);
  BOOST_TEST(Takeover(busy.core, busy.objects, busy.rows).rate() == 4 * 601 / 60.0, boost::test_tools::tolerance(0.001));
  Cluster small(1, 300);
  Takeover takeover(small.core, small.objects, small.rows);
  BOOST_TEST(takeover.rate() == Takeover::kSlowestRate);
  takeover.set_rate(3);
  takeover.set_rate(0);
  BOOST_TEST(takeover.rate() == Takeover::kSlowestRate);
}

BOOST_AUTO_TEST_CASE(one_step_moves_no_more_than_it_may) {
  Cluster cluster(1000);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  takeover.set_rate(100000);
  for (Index object = 0; object <= 1000; ++object) {
    cluster.rows.set_due(object, cluster.core.seconds() + 5);
    takeover.add(object);
  }
  BOOST_TEST(takeover.step(cluster.core.now(), 64));
  BOOST_TEST(cluster.core.moved.size() == 64u);
}

BOOST_AUTO_TEST_CASE(a_loop_that_stood_still_does_not_cause_a_burst) {
  Cluster cluster(500);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  takeover.set_rate(50);
  for (Index object = 1; object <= 500; ++object) {
    cluster.rows.set_due(object, 1);
    takeover.add(object);
  }
  cluster.core.pass(Millis{60000});
  while (takeover.step(cluster.core.now(), 64)) {
  }
  BOOST_TEST(cluster.core.moved.size() <= 10u);
}

BOOST_AUTO_TEST_CASE(what_is_to_be_checked_again_is_run_before_its_time_whatever_its_row_says) {
  Cluster cluster(2);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  const Seconds now = cluster.core.seconds();
  cluster.rows.set_due(1, now + 50);
  cluster.rows.set_due(2, now + 50);
  takeover.recheck(1);
  takeover.renew(1);  // and then its row arrives
  takeover.add(1);
  takeover.add(2);
  cluster.finish(takeover);
  BOOST_REQUIRE(cluster.core.moved.size() == 2U);
  BOOST_TEST(cluster.core.objects[1].schedule.next_check <= now + 1);
  BOOST_TEST(cluster.core.objects[2].schedule.next_check == now + 50);
}

BOOST_AUTO_TEST_CASE(what_is_released_meanwhile_is_not_checked_again) {
  Cluster cluster(1);
  Takeover takeover(cluster.core, cluster.objects, cluster.rows);
  takeover.recheck(1);
  takeover.drop(1);
  cluster.finish(takeover);
  BOOST_TEST(cluster.core.moved.empty());
}
