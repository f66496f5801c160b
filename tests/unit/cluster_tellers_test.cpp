// The designated notifier (R4) for a node that does not notify: the first node in the ranking that notifies, is active and has the object.
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <variant>

#include "shared/cluster/ownership/ranking.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

const std::vector<std::string> kHosts{"h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"};

// A node that runs all hosts.
struct Telling : Fixture {
  // Which nodes notify, and which of the two others are active.
  Telling(const std::set<NodeId>& notify, const std::set<NodeId>& there) {
    Settings changed = settings({kPeer, kThird});
    changed.notifies = notify.contains(kSelf);
    for (Settings::Peer& peer : changed.peers) peer.notifies = notify.contains(peer.id);
    node.set_settings(changed, now_at(10));
    node.core_connected({}, now_at(20));
    std::vector<wire::InventoryHost> hosts;
    for (const std::string& host : kHosts) hosts.push_back({host, {}});
    const Inventory inventory(hosts, 1);
    for (wire::Inventory part : inventory.parts(kSelf)) node.receive_core(std::move(part), now_at(30));
    node.receive_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 0}, now_at(40));
    for (int now = 100; now < 20'000; now += 50) {
      if (now % 500 == 0) {
        for (const NodeId& peer : there) take(node.receive(peer, heartbeat_of(peer, ++number), now_at(now)), now);
        take(node.receive_core(wire::CoreHeartbeat{}, now_at(now)), now);
      }
      take(node.tick(now_at(now)), now);
    }
    for (const NodeId& peer : {kPeer, kThird}) knows(peer, inventory);
  }
  void knows(const NodeId& peer, const Inventory& inventory) {
    wire::NodeInfo info;
    info.node_id = peer;
    info.instance = 5;
    info.inventory_digest = inventory.digest();
    node.receive(peer, info, now_at(20'000));
    for (wire::Inventory part : inventory.parts(peer)) node.receive(peer, std::move(part), now_at(20'000));
  }
  // Its module follows at once.
  void take(const Actions& actions, int now) {
    for (const Action& action : actions) {
      const auto* told = std::get_if<SendToCore>(&action);
      const auto* epoch = told == nullptr ? nullptr : std::get_if<wire::Epoch>(&told->message);
      if (epoch != nullptr) node.receive_core(wire::CoreClaims{epoch->number, epoch->whole, epoch->added, epoch->removed, {}}, now_at(now));
    }
  }
  // The destination of its module's requests, by host.
  std::map<std::string, NodeId> passed_on() {
    std::map<std::string, NodeId> tellers;
    for (const std::string& host : kHosts) {
      const wire::NotifyRequest request{1, problem_of(host), 1};
      for (const Action& action : node.receive_core(request, now_at(20'000))) {
        const auto* sent = std::get_if<SendToPeer>(&action);
        if (sent != nullptr && std::holds_alternative<wire::NotifyTell>(sent->message)) tellers[host] = sent->to;
      }
    }
    return tellers;
  }
  // Every object is down, and is owned by the peer or by no node; its requests are passed to us. How many we notify or ask for.
  std::size_t told_for(bool peer_runs_it) {
    wire::CoreRows rows{{}, 1, wire::CoreRowsKind::initial, 1};
    wire::Claims claims{kPeer, 5, 1, true, {}, {}};
    for (const std::string& host : kHosts) {
      wire::CheckRegister down;
      down.current_state = down.state_type = 1;
      rows.rows.push_back({{host_key(host), 0}, wire::RegisterKind::check, {1, 1, 9, kPeer}, 0, wire::encode(down)});
      if (peer_runs_it) claims.added.push_back(host_key(host));
    }
    node.receive_core(wire::CoreClaims{1, true, {}, {}, {}}, now_at(20'000));
    node.receive_core(std::move(rows), now_at(20'000));
    node.receive(kPeer, claims, now_at(20'000));
    for (const std::string& host : kHosts) node.receive(kPeer, wire::NotifyTell{problem_of(host)}, now_at(20'000));
    std::size_t told = 0;
    for (int now = 20'050; now < 21'000; now += 50) {
      for (const Action& action : node.tick(now_at(now))) {
        const auto* in = std::get_if<SendToCore>(&action);
        const auto* out = std::get_if<SendToPeer>(&action);
        if (in != nullptr && std::holds_alternative<wire::NotifyVerdict>(in->message)) ++told;
        if (out != nullptr && std::holds_alternative<wire::NotifyAsk>(out->message)) ++told;
      }
    }
    return told;
  }
  static wire::Notification problem_of(const std::string& host) {
    wire::Notification problem;
    problem.object = {host_key(host), 0};
    problem.number = 1;
    problem.start = 5;
    problem.state = 1;
    return problem;
  }
};

std::map<std::string, NodeId> all_at(const NodeId& node) {
  std::map<std::string, NodeId> tellers;
  for (const std::string& host : kHosts) tellers[host] = node;
  return tellers;
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_goes_to_who_notifies) {
  BOOST_TEST((Telling({kPeer}, {kPeer, kThird}).passed_on() == all_at(kPeer)));
  BOOST_TEST((Telling({kThird}, {kPeer, kThird}).passed_on() == all_at(kThird)));
  BOOST_TEST(Telling({}, {kPeer, kThird}).passed_on().empty());
}

BOOST_AUTO_TEST_CASE(it_goes_to_who_is_there) {
  BOOST_TEST((Telling({kPeer, kThird}, {kPeer}).passed_on() == all_at(kPeer)));
  BOOST_TEST((Telling({kPeer, kThird}, {kThird}).passed_on() == all_at(kThird)));
}

BOOST_AUTO_TEST_CASE(it_goes_to_who_knows_the_object) {
  Telling silent({kPeer, kThird}, {kPeer, kThird});
  silent.knows(kThird, Inventory({{"other", {}}}, 2));
  BOOST_TEST((silent.passed_on() == all_at(kPeer)));
}

BOOST_AUTO_TEST_CASE(what_is_passed_on_is_told_unless_its_runner_notifies_or_nobody_runs_it) {
  BOOST_TEST(Telling({kSelf}, {kPeer}).told_for(true) == kHosts.size());
  BOOST_TEST(Telling({kSelf, kPeer}, {kPeer}).told_for(true) == 0U);
  BOOST_TEST(Telling({kSelf}, {kPeer}).told_for(false) == 0U);
}

BOOST_AUTO_TEST_CASE(of_two_it_goes_to_the_first_in_the_ranking_of_equal_weights) {
  const auto candidate = [](const NodeId& node, const std::string& host) {
    return Candidate{node, best_draw(node, 1, host), 1, wire::NodePhase::ready};
  };
  std::map<std::string, NodeId> first;
  for (const std::string& host : kHosts) first[host] = stands_before(candidate(kPeer, host), candidate(kThird, host)) ? kPeer : kThird;
  BOOST_TEST((Telling({kPeer, kThird}, {kPeer, kThird}).passed_on() == first));
}
