// Alerts are kept until the daemon has their events on disk: over a lost link and over a restart of the core (R7, R8).
#include <boost/test/unit_test.hpp>

#include "tests/unit/module_operator_support.hpp"
#include "tests/unit/temp_folder.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

using Outputs = std::vector<std::string>;

struct Alerting : Desk {
  Alerting() { state_folder = folder.path(); }

  void alert(const std::string& output) {
    core.objects[kHttp].state.output = output;
    core.objects[kHttp].state.has_been_checked = true;
    module->state_changed(kHttp, {true, 1});
    module->check_done(kHttp, true, std::nullopt);
  }
  // Since the last call, in order; the last batch is in `batch`.
  Outputs sent() {
    run(2);
    Outputs outputs;
    for (const wire::Register& row : written(RowKind::check)) {
      if (!row.alert) continue;
      BOOST_TEST(row.version.writer.bytes[0] == 1);
      outputs.push_back(value<wire::CheckRegister>(row).output);
    }
    daemon.frames.clear();
    return outputs;
  }
  void safe() {
    daemon.say(wire::RowsSafe{batch, {}});
    run(2);
  }

  test::TempFolder folder;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_alert_is_sent_on_each_link_until_it_is_safe, Alerting) {
  up({host_key("web")});
  alert("one");
  BOOST_TEST(sent() == Outputs{"one"}, boost::test_tools::per_element());
  safe();
  alert("two");
  BOOST_TEST(sent() == Outputs{"two"}, boost::test_tools::per_element());
  alert("three");
  BOOST_TEST(sent() == Outputs{"three"}, boost::test_tools::per_element());
  daemon.hang_up();
  run(2);
  connect();
  BOOST_TEST(sent() == (Outputs{"two", "three"}), boost::test_tools::per_element());
  safe();
  daemon.hang_up();
  run(2);
  connect();
  BOOST_TEST(sent().empty());
}

BOOST_FIXTURE_TEST_CASE(another_batch_that_is_safe_confirms_no_alert, Alerting) {
  up({host_key("web")});
  alert("one");
  BOOST_TEST(sent() == Outputs{"one"}, boost::test_tools::per_element());
  ++batch;
  safe();
  connect();
  BOOST_TEST(sent() == Outputs{"one"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_reload_without_a_daemon_keeps_alerts_in_order, Alerting) {
  up({host_key("web")});
  alert("sent");
  sent();
  daemon.hang_up();
  run(2);
  alert("one");
  alert("two");
  leave(true);
  restart();
  leave(true);
  restart();
  up({host_key("web")});
  BOOST_TEST(sent() == (Outputs{"sent", "one", "two"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(alerts_of_a_core_that_never_had_a_daemon_get_the_nodes_id, Alerting) {
  for (int i = 0; i < 100 && !logged("runs all its checks itself"); ++i) run(1);
  alert("alone");
  leave(true);
  restart();
  up({host_key("web")});
  BOOST_TEST(sent() == Outputs{"alone"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(alerts_that_were_sent_are_dropped_first_and_without_a_word, Alerting) {
  up({host_key("web")});
  for (std::size_t number = 0; number < AlertQueue::kMost + 5; ++number) {
    alert(std::to_string(number));
    if (number % 50 == 0) run(1);
  }
  run(2);
  BOOST_TEST(!logged("too many alerts wait"));
  BOOST_TEST(module->status({}, {}).find("\"alerts_dropped\": 0,") != std::string::npos);
}
