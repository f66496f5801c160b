// A core that dies soon after its starts is started without operators' registers (R6); a disabled module is detected.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/state/core_starts.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

using namespace merlin;
using namespace merlin::cluster;

namespace {

SteadyTime moment(int seconds) { return SteadyTime{std::chrono::seconds(seconds)}; }

struct Starts : CoreStarts {
  // Process `pid` lives between these times.
  void life(std::uint32_t pid, int from, int to, bool planned = false) {
    connected(pid, moment(from));
    lost(planned, moment(to));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(two_early_deaths_in_a_row_are_many) {
  Starts starts;
  starts.life(1, 0, 10);
  starts.life(2, 12, 22);
  BOOST_TEST(!starts.keep_dying());
  starts.connected(3, moment(24));
  BOOST_TEST(starts.keep_dying());
  BOOST_TEST(starts.died_early() == 2);
  // The core survives: after a while it gets everything, and a death then counts like one after a start.
  BOOST_TEST(!starts.retry(moment(24 + 599)));
  BOOST_TEST(starts.retry(moment(24 + 600)));
  starts.lost(false, moment(24 + 610));
  starts.connected(4, moment(24 + 612));
  BOOST_TEST(starts.keep_dying());
}

BOOST_AUTO_TEST_CASE(planned_ends_late_deaths_and_lost_links_are_none) {
  Starts starts;
  starts.life(1, 0, 10, true);
  starts.life(2, 12, 22, true);
  starts.connected(3, moment(24));
  BOOST_TEST(!starts.keep_dying());
  Starts late;
  late.life(1, 0, 10);
  late.life(2, 12, 100);
  late.life(3, 101, 110);
  late.connected(4, moment(111));
  BOOST_TEST(!late.keep_dying());
  Starts link;
  for (int second = 0; second < 50; second += 10) link.life(1, second, second + 5);
  link.connected(1, moment(60));
  BOOST_TEST(!link.keep_dying());
}

BOOST_FIXTURE_TEST_CASE(a_core_that_keeps_dying_gets_check_rows_alone, WithCore) {
  wire::Register comment;
  comment.object = {host_key("web"), 0};
  comment.kind = wire::RegisterKind::comment;
  comment.item = 7;
  comment.version = {1, 1, 5, kPeer};
  comment.value = wire::encode(wire::CommentRegister{});
  wire::Rows rows;
  rows.table_id = 3;
  rows.rows = {comment};
  node.receive(kPeer, rows, now_at(now));
  const auto comments_given = [&](std::uint32_t pid) {
    wire::CoreHello hello;
    hello.pid = pid;
    node.core_connected(hello, now_at(now));
    for (wire::Inventory part : Inventory({{"web", {}}}, 1).parts(kSelf)) node.receive_core(std::move(part), now_at(now));
    Actions actions = node.receive_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 0}, now_at(now));
    std::size_t given = 0;
    for (int turn = 0; turn < 40; ++turn, now += 50) {
      for (const Action& action : actions) {
        const auto* to_core = std::get_if<SendToCore>(&action);
        const auto* batch = to_core != nullptr ? std::get_if<wire::RowsToCore>(&to_core->message) : nullptr;
        if (batch == nullptr) continue;
        for (const wire::Register& row : batch->imposed) given += row.kind == wire::RegisterKind::comment ? 1 : 0;
        for (const wire::Register& row : batch->live) given += row.kind == wire::RegisterKind::comment ? 1 : 0;
        node.receive_core(wire::RowsConfirmed{batch->batch}, now_at(now));
      }
      actions = heartbeat();
    }
    return given;
  };
  for (std::uint32_t pid : {1U, 2U}) {
    BOOST_TEST(comments_given(pid) == 1u);
    node.core_disconnected(now_at(now));
  }
  BOOST_TEST(comments_given(3) == 0u);
  BOOST_TEST(node.view(now_at(now)).core_died_early == 2);
}

BOOST_FIXTURE_TEST_CASE(a_disabled_module_is_seen_until_one_connects, WithCore) {
  node.receive_core(wire::CoreAway{false, "internal error: x", 10}, now_at(now));
  node.core_disconnected(now_at(now));
  BOOST_TEST(node.view(now_at(now)).core_disabled == "internal error: x");
  BOOST_TEST(node.view(now_at(now + 4'000)).core_again->count() == 6'000);
  node.core_connected({}, now_at(now));
  BOOST_TEST(node.view(now_at(now)).core_disabled.empty());
}
