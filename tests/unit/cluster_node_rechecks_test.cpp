// Objects that both sides of a split have checked, as seen by the whole node: which node is informed, and that it ends there.
#include <boost/test/unit_test.hpp>
#include <variant>

#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

const ObjectKey kOurs{host_key("web"), 0};
const ObjectKey kTheirs{7, 9};

// A peer that claims a service of its own, and a core that claims the host "web".
struct Rechecking : WithCore {
  Rechecking() {
    node.receive_core(wire::CoreClaims{1, false, {host_key("web")}, {}, {}}, now_at(now));
    node.receive(kPeer, wire::Claims{kPeer, 5, 1, true, {kTheirs.service}, {}}, now_at(now));
    node.receive(kPeer, wire::Rows{77, 1, wire::RowStream::live, {row(kTheirs, 9, kPeer)}}, now_at(now));
  }
  static wire::Register row(const ObjectKey& object, std::uint64_t hlc, const NodeId& writer) {
    wire::Register content;
    content.object = object;
    content.version = {1, 1, hlc, writer};
    content.value = wire::encode(wire::CheckRegister{});
    return content;
  }
  void core_writes(const ObjectKey& object, std::uint64_t hlc) {
    node.receive_core(wire::CoreRows{{row(object, hlc, kSelf)}, 1, wire::CoreRowsKind::write, 1}, now_at(now));
  }
  void take(const Actions& actions) {
    for (const Action& action : actions) {
      const auto* in = std::get_if<SendToCore>(&action);
      const auto* out = std::get_if<SendToPeer>(&action);
      if (in != nullptr && std::holds_alternative<wire::Recheck>(in->message))
        for_core.push_back(std::get<wire::Recheck>(in->message).object);
      if (out != nullptr && std::holds_alternative<wire::Recheck>(out->message))
        for_peer.push_back(std::get<wire::Recheck>(out->message).object);
    }
  }
  void peer_sees_it(const ObjectKey& object) { take(node.receive(kPeer, wire::Recheck{object}, now_at(now))); }
  void pass(int milliseconds, bool heartbeats) {
    for (const int until = now + milliseconds; now < until; now += 50) take(heartbeats ? heartbeat() : node.tick(now_at(now)));
  }
  std::vector<ObjectKey> for_core;
  std::vector<ObjectKey> for_peer;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(our_core_checks_again_what_another_node_says_was_checked_on_two_sides, Rechecking) {
  core_writes(kOurs, 100);
  peer_sees_it(kOurs);
  pass(2'000, true);
  BOOST_REQUIRE(for_core.size() == 1U);
  BOOST_TEST((for_core[0] == kOurs));
  BOOST_TEST(for_peer.empty());
}

BOOST_FIXTURE_TEST_CASE(who_is_told_so_of_what_it_does_not_run_does_not_tell_it_on, Rechecking) {
  peer_sees_it(kTheirs);
  pass(2'000, true);
  BOOST_TEST(for_core.empty());
  BOOST_TEST(for_peer.empty());
}

BOOST_FIXTURE_TEST_CASE(who_sees_that_two_sides_have_checked_tells_who_runs_it, Rechecking) {
  pass(20'000, false);
  BOOST_REQUIRE(!sees(kPeer, now)->active);
  node.receive_core(wire::CoreClaims{1, false, {kTheirs.service}, {}, {}}, now_at(now));
  core_writes(kTheirs, 100);
  node.receive_core(wire::CoreClaims{1, false, {}, {kTheirs.service}, {}}, now_at(now));
  take(node.receive(kPeer, wire::Rows{77, 2, wire::RowStream::live, {row(kTheirs, 200, kPeer)}}, now_at(now)));
  pass(30'000, true);
  BOOST_REQUIRE(for_peer.size() == 1U);
  BOOST_TEST((for_peer[0] == kTheirs));
  BOOST_TEST(for_core.empty());
}
