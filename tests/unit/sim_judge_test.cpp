// The canary: handwritten runs that broke a promise. A judge that accepts one proves nothing.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/sim/alert_judge.hpp"
#include "tests/sim/notification_judge.hpp"
#include "tests/sim/operator_judge.hpp"
#include "tests/sim/passive_judge.hpp"

namespace {

using namespace merlin;
using namespace merlin::sim;

struct Fixture {
  Fixture() {
    for (std::size_t node = 0; node < 3; ++node) {
      NodePlan one;
      one.name = "node" + std::to_string(node);
      one.id.bytes.fill(static_cast<std::uint8_t>(node + 1));
      one.knows = {0};
      plan.nodes.push_back(std::move(one));
    }
    plan.objects.push_back({"host", "service", {1, 2}, {}});
  }

  FaultEvent cut() const {
    FaultEvent event;
    event.fault = Fault::cut;
    event.node = 0;
    event.other = 1;
    return event;
  }
  std::size_t handed(Millis at) {
    const std::size_t result = records.passives.handed(0, taker, at);
    records.passives.safe(result);
    return result;
  }
  void processed(std::size_t result, const CoreLife& by, Millis at) {
    records.passives.processed(result, by, at);
    records.passives.reached(result, by, true);
  }
  wire::Register comment(std::uint64_t clock, std::uint64_t rank) const {
    wire::Register row;
    row.object = {1, 2};
    row.kind = wire::RegisterKind::comment;
    row.item = 7;
    row.version = {1, 1, clock, plan.nodes[0].id};
    row.rank = rank;
    row.value = rank == 0 ? "text" : "deleted";
    return row;
  }
  void tell(std::size_t node, Millis at) { records.notifications.told({0, node, false, 1, 1000, at}); }

  std::string of_passives() const {
    PassiveJudge(plan, records.passives, records.ends, faults).judge(note());
    return found;
  }
  std::string of_operators() const {
    OperatorJudge(plan, records, faults).judge(table, note());
    return found;
  }
  std::string of_notifications() const {
    NotificationJudge(plan, records.checks, records.notifications, faults).judge(Millis{20'000}, Millis{10'000}, note());
    return found;
  }
  std::function<void(const std::string&)> note() const {
    return [this](const std::string& what) { found += what.substr(0, 2); };
  }

  Plan plan;
  Records records{1};
  FaultLog faults{Millis{5'000}};
  cluster::Table table{1};
  const CoreLife taker{0, 1};
  const CoreLife owner{1, 1};
  const CoreLife other{2, 1};
  mutable std::string found;  // the numbers of the broken promises
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sim_judge, Fixture)

BOOST_AUTO_TEST_CASE(each_result_once_and_in_order_is_good) {
  const std::size_t first = handed(Millis{1'000});
  const std::size_t second = handed(Millis{1'000});
  processed(first, owner, Millis{2'000});
  processed(second, owner, Millis{2'001});
  BOOST_TEST(of_passives() == "");
}

BOOST_AUTO_TEST_CASE(a_lost_result_is_seen) {
  handed(Millis{1'000});
  BOOST_TEST(of_passives() == "I1");
}

BOOST_AUTO_TEST_CASE(a_result_that_died_with_the_core_that_made_state_of_it_is_lost) {
  records.passives.processed(handed(Millis{1'000}), owner, Millis{2'000});
  records.ends.ended(owner);
  BOOST_TEST(of_passives() == "I1");
}

BOOST_AUTO_TEST_CASE(what_was_not_yet_safe_may_die_with_its_core) {
  records.passives.handed(0, taker, Millis{1'000});
  records.ends.ended(taker);
  BOOST_TEST(of_passives() == "");
}

BOOST_AUTO_TEST_CASE(a_wrong_order_is_seen) {
  const std::size_t first = handed(Millis{1'000});
  processed(handed(Millis{1'000}), owner, Millis{2'000});
  processed(first, owner, Millis{2'001});
  BOOST_TEST(of_passives() == "I2");
}

BOOST_AUTO_TEST_CASE(a_result_that_counts_twice_is_seen) {
  const std::size_t result = handed(Millis{1'000});
  processed(result, owner, Millis{2'000});
  processed(result, other, Millis{3'000});
  BOOST_TEST(of_passives() == "I3");
}

BOOST_AUTO_TEST_CASE(two_sides_may_count_it_both) {
  faults.began(cut(), Millis{1'500});
  const std::size_t result = handed(Millis{1'000});
  processed(result, owner, Millis{2'000});
  processed(result, other, Millis{3'000});
  BOOST_TEST(of_passives() == "");
}

BOOST_AUTO_TEST_CASE(a_lost_act_is_seen) {
  records.acts.did({taker, Millis{1'000}, comment(5, 0), true, false});
  BOOST_TEST(of_operators() == "I1");
}

BOOST_AUTO_TEST_CASE(a_deletion_that_was_undone_is_seen) {
  records.acts.did({taker, Millis{1'000}, comment(5, 0), true, false});
  records.acts.did({taker, Millis{2'000}, comment(4, 1), true, false});
  table.put(comment(5, 0), {}, false);
  BOOST_TEST(of_operators() == "I1");
}

BOOST_AUTO_TEST_CASE(a_deletion_that_stands_is_good) {
  records.acts.did({taker, Millis{1'000}, comment(5, 0), true, false});
  records.acts.did({taker, Millis{2'000}, comment(4, 1), true, false});
  table.put(comment(4, 1), {}, false);
  BOOST_TEST(of_operators() == "");
}

BOOST_AUTO_TEST_CASE(what_nobody_did_is_seen) {
  table.put(comment(5, 0), {}, false);
  BOOST_TEST(of_operators() == "I3");
}

BOOST_AUTO_TEST_CASE(told_twice_is_seen) {
  tell(0, Millis{1'000});
  tell(1, Millis{9'000});
  BOOST_TEST(of_notifications() == "I6");
}

BOOST_AUTO_TEST_CASE(two_sides_may_both_tell) {
  faults.began(cut(), Millis{500});
  tell(0, Millis{1'000});
  tell(1, Millis{9'000});
  BOOST_TEST(of_notifications() == "");
}

// Two alerts of one object, as in all logs.
struct Alerts : Fixture {
  Alerts() {
    plan.end_at = Millis{100'000};
    logged("bad", 2, 1, Millis{50'000});
    logged("well", 0, 1, Millis{51'000});
  }
  void logged(const std::string& output, int state, int attempt, Millis at) {
    using As = LoggedAlert::As;
    for (std::size_t node = 0; node < 3; ++node) {
      if (node != missing_at) records.alerts.logged({0, {node, 1}, at, node == 1 ? As::owner : As::shown, state, true, attempt, output});
    }
    wire::Event event;
    event.state = state;
    event.hard = true;
    event.attempt = static_cast<std::uint32_t>(attempt);
    event.text = output;
    stream.push_back(event);
  }
  std::string of_alerts() const {
    AlertJudge(plan, records.alerts, faults).judge({stream}, note());
    return found;
  }

  AlertJudge::Stream stream;
  std::size_t missing_at = 3;
};

BOOST_FIXTURE_TEST_CASE(alerts_that_are_everywhere_once_and_in_order_are_good, Alerts) { BOOST_TEST(of_alerts().empty()); }

BOOST_FIXTURE_TEST_CASE(an_alert_that_the_history_lacks_or_has_twice_is_found, Alerts) {
  stream.push_back(stream[1]);
  stream.erase(stream.begin());
  BOOST_TEST(of_alerts() == "I1I3");
}

BOOST_FIXTURE_TEST_CASE(an_alert_with_another_attempt_in_the_history_is_found, Alerts) {
  stream[0].attempt = 3;
  BOOST_TEST(of_alerts() == "I1");
}

BOOST_FIXTURE_TEST_CASE(alerts_that_the_history_has_in_another_order_are_found, Alerts) {
  std::swap(stream[0], stream[1]);
  BOOST_TEST(of_alerts() == "I2");
}

BOOST_FIXTURE_TEST_CASE(an_alert_that_another_node_has_not_logged_is_found_unless_a_fault_was_at_work, Alerts) {
  missing_at = 2;
  logged("worse", 1, 1, Millis{52'000});
  BOOST_TEST(of_alerts() == "I1");
  found.clear();
  faults.began(cut(), Millis{40'000});
  faults.ended(cut(), Millis{45'000});
  BOOST_TEST(of_alerts().empty());
}

BOOST_FIXTURE_TEST_CASE(alerts_that_another_node_has_logged_in_another_order_are_found, Alerts) {
  const auto shown = [&](const std::string& output) {
    records.alerts.logged({0, {2, 1}, Millis{53'000}, LoggedAlert::As::shown, 2, true, 1, output});
  };
  missing_at = 2;
  logged("a", 1, 1, Millis{52'000});
  logged("b", 2, 1, Millis{52'500});
  shown("b");
  shown("a");
  BOOST_TEST(of_alerts() == "I2");
}

BOOST_AUTO_TEST_SUITE_END()
