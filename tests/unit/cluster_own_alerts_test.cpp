// R7: an alert of our own core is one event of the history, however often its module sends it, and whatever came first.
#include <boost/test/unit_test.hpp>
#include <variant>

#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

const ObjectKey kOurs{host_key("web"), 0};

wire::Register alert_of(std::uint64_t hlc, const NodeId& writer = kSelf) {
  wire::CheckRegister state;
  state.current_state = 1;
  state.state_type = 1;
  state.output = "alert " + std::to_string(hlc);
  state.logged_as = wire::LoggedAs::hard;
  state.logged_attempt = 1;
  wire::Register row;
  row.object = kOurs;
  row.version = {1, 1, hlc, writer};
  row.value = wire::encode(state);
  row.alert = true;
  return row;
}

struct Alerting : WithCore {
  Alerting() { claim(); }
  void claim() { take(node.receive_core(wire::CoreClaims{1, false, {host_key("web")}, {}, {}}, now_at(now))); }
  void write(std::vector<std::uint64_t> clocks, std::uint64_t batch) {
    wire::CoreRows message{{}, 1, wire::CoreRowsKind::write, batch};
    for (const std::uint64_t hlc : clocks) message.rows.push_back(alert_of(hlc));
    take(node.receive_core(std::move(message), now_at(now)));
  }
  void take(Actions actions) {
    for (Action& action : actions) {
      if (const auto* out = std::get_if<SendToCore>(&action)) {
        if (const auto* safe = std::get_if<wire::RowsSafe>(&out->message)) confirmed.push_back(safe->batch);
      }
      if (auto* save = std::get_if<Save>(&action)) saves.push_back(std::move(*save));
    }
  }
  // The disk has written all.
  void written(bool ok = true) {
    for (const Save& save : std::exchange(saves, {})) {
      for (const EventRun& run : save.events) {
        for (const wire::Event& event : run.events) events.push_back(event.text);
      }
      for (const wire::Register& row : save.rows) stored.rows.push_back(row);
      take(node.saved(save.ticket, ok, now_at(now)));
    }
  }

  std::vector<Save> saves;
  std::vector<std::uint64_t> confirmed;
  std::vector<std::string> events;
  Stored stored;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_alert_is_confirmed_when_its_event_is_on_disk, Alerting) {
  write({100, 101}, 7);
  BOOST_TEST(confirmed.empty());
  written();
  BOOST_TEST(events == (std::vector<std::string>{"alert 100", "alert 101"}), boost::test_tools::per_element());
  BOOST_TEST(confirmed == std::vector<std::uint64_t>{7}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_failing_disk_confirms_nothing, Alerting) {
  write({100}, 7);
  written(false);
  BOOST_TEST(confirmed.empty());
}

BOOST_FIXTURE_TEST_CASE(an_alert_that_is_sent_again_is_confirmed_and_noted_once, Alerting) {
  write({100, 101}, 7);
  written();
  write({100, 101}, 8);
  written();
  BOOST_TEST(events.size() == 2U);
  BOOST_TEST(confirmed == (std::vector<std::uint64_t>{7, 8}), boost::test_tools::per_element());
}

// The daemon was killed: other nodes have the newest row already, and its disk has an older one.
BOOST_FIXTURE_TEST_CASE(after_a_kill_the_missing_alerts_are_noted_whatever_the_table_has, Alerting) {
  write({100}, 7);
  written();
  node = Node(settings({kPeer}), {}, kInstance + 1, 10, now_at(now));
  node.restore(std::move(stored), now_at(now));
  node.start(now_at(now));
  node.link_up(kPeer, now_at(now));
  node.receive(kPeer, wire::Rows{77, 1, wire::RowStream::compare, {alert_of(102)}}, now_at(now));
  node.core_connected({}, now_at(now));
  for (wire::Inventory part : Inventory({{"web", {}}}, 1).parts(kSelf)) node.receive_core(std::move(part), now_at(now));
  take(node.receive_core(wire::CoreClaims{0, true, {host_key("web")}, {}, {}}, now_at(now)));
  events.clear();
  saves.clear();
  confirmed.clear();
  write({100, 101, 102}, 1);
  take(node.tick(now_at(now + 6'000)));
  written();
  BOOST_TEST(events == (std::vector<std::string>{"alert 101", "alert 102"}), boost::test_tools::per_element());
  BOOST_TEST(confirmed == std::vector<std::uint64_t>{1}, boost::test_tools::per_element());
}
