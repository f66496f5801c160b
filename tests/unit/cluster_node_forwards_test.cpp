// Results that a core received while its ownership was unconfirmed, as seen by the whole node.
#include <boost/test/unit_test.hpp>

#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

const ObjectKey kObject{host_key("web"), 0};
constexpr std::uint64_t kNumber = 9;

// Core and daemon hang until the node is lost. The core continues first: it applies the results in its pipe, and also sends them
// to the daemon.
struct Woken : WithCore {
  Woken() {
    node.receive_core(wire::CoreClaims{1, false, {kObject.host}, {}, {}}, now_at(now));
    now += 13'000;
    wire::CheckResult result;
    result.object = kObject;
    result.passive = true;
    result.number = kNumber;
    node.receive_core(wire::CoreResults{{result}, 1, {}}, now_at(now));
    wire::CheckRegister state;
    state.taken.push_back({kSelf, 0, kNumber});
    write(state, {1, 1, 100, kSelf});
    node.tick(now_at(now), Millis{13'000});
  }
  wire::Register row(const wire::CheckRegister& state, const wire::Version& version) {
    wire::Register content;
    content.object = kObject;
    content.version = version;
    content.value = wire::encode(state);
    return content;
  }
  void write(const wire::CheckRegister& state, const wire::Version& version) {
    node.receive_core(wire::CoreRows{{row(state, version)}, 1, wire::CoreRowsKind::write, 1}, now_at(now));
  }
  void pass(int milliseconds) {
    for (const int until = now + milliseconds; now < until; now += 50) heartbeat();
  }
  std::uint64_t waiting() const { return node.view(now_at(now)).forwarded_waiting; }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_state_made_in_doubt_that_lost_is_no_proof_that_its_result_counts, Woken) {
  BOOST_TEST(waiting() == 1U);
  // The new owner has written since.
  node.receive(kPeer, wire::Rows{77, 1, wire::RowStream::live, {row({}, {9, 1, 50, kPeer})}}, now_at(now));
  pass(3'000);
  BOOST_TEST(waiting() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_state_made_in_doubt_that_stands_holds_its_result, Woken) {
  pass(3'000);
  BOOST_TEST(waiting() == 0U);
}
