// R7: an alert of our own core is one event of the history, however often its module sends it, and whatever came first.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <variant>

#include "shared/cluster/durability/journal.hpp"
#include "shared/cluster/durability/store_writer.hpp"
#include "shared/wire/codec.hpp"
#include "tests/sim/disk.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using Texts = std::vector<std::string>;

constexpr auto kEach = boost::test_tools::per_element();
const ObjectKey kAlerting{host_key("web"), 0};

wire::Register alert_of(std::uint64_t hlc, const ObjectKey& object = kAlerting, const NodeId& writer = kSelf, std::uint64_t term = 1) {
  wire::CheckRegister state;
  state.current_state = 1;
  state.state_type = 1;
  state.output = "alert " + std::to_string(hlc);
  state.logged_as = wire::LoggedAs::hard;
  state.logged_attempt = 1;
  wire::Register row;
  row.object = object;
  row.version = {term, 1, hlc, writer};
  row.value = wire::encode(state);
  row.alert = true;
  return row;
}

struct Alerting : WithCore {
  Alerting() { take(node.receive_core(wire::CoreClaims{1, false, {host_key("web")}, {}, {}}, now_at(now))); }
  void write_rows(std::vector<wire::Register> rows, std::uint64_t batch) {
    take(node.receive_core(wire::CoreRows{std::move(rows), 1, wire::CoreRowsKind::write, batch}, now_at(now)));
  }
  void write(const std::vector<std::uint64_t>& clocks, std::uint64_t batch) {
    std::vector<wire::Register> alerts;
    for (const std::uint64_t hlc : clocks) alerts.push_back(alert_of(hlc));
    write_rows(std::move(alerts), batch);
  }
  void take(Actions actions) {
    for (Action& action : actions) {
      if (const auto* out = std::get_if<SendToCore>(&action)) {
        if (const auto* safe = std::get_if<wire::RowsSafe>(&out->message)) confirmed.push_back(safe->batch);
      }
      if (auto* save = std::get_if<Save>(&action)) saves.push_back(std::move(*save));
    }
  }
  // The disk writes, or fails to write, the next Save.
  void write_one() {
    BOOST_REQUIRE(!saves.empty());
    const Save save = std::move(saves.front());
    saves.erase(saves.begin());
    const bool ok = disk.write(save, now_at(now), Millis{now});
    take(node.saved(save.ticket, ok, now_at(now)));
  }
  void write_all() {
    while (!saves.empty()) write_one();
  }
  // Long enough for everything to be handed to the disk.
  void pass_time() {
    for (const int end = now + 12'000; now < end; now += 50) {
      if (now % 500 == 0) take(node.receive(kPeer, heartbeat_of(kPeer, ++number), now_at(now)));
      take(node.tick(now_at(now)));
      write_all();
    }
  }
  // The daemon is killed and started again; `from_peer`: what the other node sends it before its core connects again.
  void kill(std::vector<wire::Register> from_peer = {}) {
    saves.clear();
    confirmed.clear();
    disk.daemon_ended();
    node = Node(settings({kPeer}), {}, kInstance + ++starts, 10, now_at(now));
    node.restore(disk.read(), now_at(now));
    take(node.start(now_at(now)));
    take(node.link_up(kPeer, now_at(now)));
    if (!from_peer.empty()) {
      take(node.receive(kPeer, wire::Rows{77, 1, wire::RowStream::compare, std::move(from_peer)}, now_at(now)));
      take(node.tick(now_at(now += 6'000)));
    }
  }
  void core_knows(const std::vector<std::string>& services) {
    for (wire::Inventory part : Inventory({{"web", services}}, 1).parts(kSelf)) take(node.receive_core(std::move(part), now_at(now)));
  }
  void core_connects(const std::vector<std::string>& services = {}) {
    take(node.core_connected({}, now_at(now)));
    core_knows(services);
    take(node.receive_core(wire::CoreClaims{0, true, {host_key("web")}, {}, {}}, now_at(now)));
  }
  // The texts of all events on the disk, sorted.
  Texts events() const {
    Texts texts;
    for (const auto& [key, stream] : disk.journal().streams()) {
      for (const auto& [place, event] : stream.events) texts.push_back(event.text);
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  }

  std::vector<Save> saves;
  std::vector<std::uint64_t> confirmed;
  sim::Disk disk;
  std::uint64_t starts = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_alert_is_confirmed_when_its_event_is_on_disk, Alerting) {
  write({100, 101}, 7);
  BOOST_TEST(confirmed.empty());
  write_all();
  BOOST_TEST(events() == (Texts{"alert 100", "alert 101"}), kEach);
  BOOST_TEST(confirmed == std::vector<std::uint64_t>{7}, kEach);
}

BOOST_FIXTURE_TEST_CASE(a_failing_disk_confirms_nothing, Alerting) {
  disk.strain(true, false);
  write({100}, 7);
  pass_time();
  BOOST_TEST(confirmed.empty());
  disk.strain(false, false);
  pass_time();
  BOOST_TEST(confirmed == std::vector<std::uint64_t>{7}, kEach);
  BOOST_TEST(events() == Texts{"alert 100"}, kEach);
}

BOOST_FIXTURE_TEST_CASE(an_alert_that_is_sent_again_is_confirmed_and_noted_once, Alerting) {
  write({100, 101}, 7);
  write_all();
  write({100, 101}, 8);
  write_all();
  BOOST_TEST(events().size() == 2U);
  BOOST_TEST(confirmed == (std::vector<std::uint64_t>{7, 8}), kEach);
}

// Other nodes have the newest row already, and our disk has an older one.
BOOST_FIXTURE_TEST_CASE(after_a_kill_the_missing_alerts_are_noted_whatever_the_table_has, Alerting) {
  write({100}, 7);
  write_all();
  kill({alert_of(102)});
  core_connects();
  write({100, 101, 102}, 1);
  pass_time();
  BOOST_TEST(events() == (Texts{"alert 100", "alert 101", "alert 102"}), kEach);
  BOOST_TEST(confirmed == std::vector<std::uint64_t>{1}, kEach);
}

// The row that another node sent back is on our disk after the second start, its event is not.
BOOST_FIXTURE_TEST_CASE(after_two_kills_the_missing_alerts_are_noted, Alerting) {
  write({100}, 7);
  write_all();
  kill({alert_of(102)});
  write_all();
  kill();
  core_connects();
  write({100, 101, 102}, 1);
  pass_time();
  BOOST_TEST(events() == (Texts{"alert 100", "alert 101", "alert 102"}), kEach);
}

// Another node has replaced the row, so that no row on our disk shows that the alert was noted.
BOOST_FIXTURE_TEST_CASE(an_alert_whose_row_was_replaced_is_not_noted_again, Alerting) {
  write({100, 101}, 7);
  write_all();
  take(node.receive(kPeer, wire::Rows{77, 1, wire::RowStream::live, {alert_of(90, kAlerting, kPeer, 2)}}, now_at(now)));
  pass_time();
  kill();
  core_connects();
  write({100, 101}, 1);
  pass_time();
  BOOST_TEST(events() == (Texts{"alert 100", "alert 101"}), kEach);
  BOOST_TEST(confirmed == std::vector<std::uint64_t>{1}, kEach);
}

// A Save has all the events, but only so many rows.
BOOST_FIXTURE_TEST_CASE(alerts_whose_rows_were_not_written_yet_are_not_noted_again, Alerting) {
  std::vector<wire::Register> alerts;
  std::vector<std::string> services;
  for (std::uint64_t next = 0; next < kRowsASave + 500; ++next) {
    services.push_back(std::to_string(next));
    alerts.push_back(alert_of(10'000 + next, {host_key("web"), service_key("web", services.back())}));
  }
  core_knows(services);
  write_rows(alerts, 7);
  write_one();
  const Texts noted = events();
  BOOST_TEST(noted.size() == alerts.size());
  BOOST_TEST(disk.read().rows.size() == kRowsASave);
  kill();
  core_connects(services);
  write_rows(alerts, 1);
  pass_time();
  BOOST_TEST(events() == noted, kEach);
  BOOST_TEST(confirmed == std::vector<std::uint64_t>{1}, kEach);
}

// After the disk has failed for long, a Save has the newest row, but only so many events.
BOOST_FIXTURE_TEST_CASE(alerts_whose_events_were_not_written_yet_are_noted_after_a_kill, Alerting) {
  std::vector<std::uint64_t> clocks;
  for (std::uint64_t clock = 0; clock < kEventsASave + 500; ++clock) clocks.push_back(100'000 + clock);
  disk.strain(true, false);
  write(clocks, 7);
  write_all();
  disk.strain(false, false);
  while (events().empty()) {
    now += 50;
    take(node.tick(now_at(now)));
    if (!saves.empty()) write_one();
  }
  BOOST_TEST(events().size() == kEventsASave);
  BOOST_TEST(disk.read().rows.back().version.hlc == clocks.back());
  kill();
  core_connects();
  write(clocks, 1);
  pass_time();
  const Texts noted = events();
  BOOST_TEST(noted.size() == clocks.size());
  BOOST_TEST((std::adjacent_find(noted.begin(), noted.end()) == noted.end()), "each once");
}
