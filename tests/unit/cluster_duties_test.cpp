// Which node runs an object, which decides about it, and which notifies of it (R1, R4).
#include <boost/test/unit_test.hpp>

#include "shared/cluster/node/duties.hpp"
#include "tests/unit/cluster_support.hpp"

namespace merlin::cluster {

const NodeId kDutySelf = id(1);
const NodeId kOther = id(2);
const ObjectKey kWeb{host_key("web"), 0};

wire::Claims claims_of(const NodeId& node, Unit unit) {
  wire::Claims claims;
  claims.node_id = node;
  claims.instance = 5;
  claims.number = 1;
  claims.whole = true;
  claims.added = {unit};
  return claims;
}

// Both have "web" configured; `owner` claims it.
struct TwoNodes {
  explicit TwoNodes(const NodeId& owner) {
    settings.self = kDutySelf;
    const auto inventory = std::make_shared<const Inventory>(std::vector<wire::InventoryHost>{{"web", {}}}, 1);
    core.connect({}, at(0));
    core.share(inventory);
    ownership.set_inventory(inventory);
    settings.peers = {{kOther, "other", std::nullopt}};
    peers.configure(settings);
    peer().activate();
    peer().set_inventory(inventory);
    if (owner == kOther) peer().apply(claims_of(kOther, kWeb.host));
    if (owner != kDutySelf) return;
    wire::CoreClaims claims;
    claims.added = {kWeb.host};
    core.change_claims(kDutySelf, 5, claims);
    ownership.adopt(core.claims().units());
  }

  Settings settings;
  CoreSession core;
  Ownership ownership;
  Peer& peer() { return peers.at(kOther); }

  Peers peers;
  Duties duties{settings, core, ownership, peers};
};

BOOST_AUTO_TEST_CASE(the_owner_runs_decides_and_notifies) {
  TwoNodes nodes(kDutySelf);
  BOOST_TEST(nodes.duties.runs(kWeb));
  BOOST_TEST(nodes.duties.decides(kWeb));
  BOOST_TEST(nodes.duties.goes_on_deciding(kWeb));
  BOOST_TEST(nodes.duties.notifies(kWeb));
}

BOOST_AUTO_TEST_CASE(another_node_that_claims_it_has_all_three_duties) {
  TwoNodes nodes(kOther);
  BOOST_TEST(!nodes.duties.runs(kWeb));
  BOOST_TEST(!nodes.duties.decides(kWeb));
  BOOST_TEST(!nodes.duties.notifies(kWeb));
  BOOST_TEST((nodes.duties.runner_of(kWeb) == kOther));
  BOOST_TEST((nodes.duties.decider_of(kWeb) == kOther));
}

BOOST_AUTO_TEST_CASE(what_is_to_be_handed_over_is_decided_here_until_it_is_released) {
  TwoNodes nodes(kDutySelf);
  nodes.ownership.withdraw_all();
  BOOST_TEST(nodes.duties.decides(kWeb));
  BOOST_TEST(!nodes.duties.goes_on_deciding(kWeb));
  BOOST_TEST(!nodes.duties.notifies(kWeb));
}

BOOST_AUTO_TEST_CASE(an_owner_without_notifications_leaves_them_to_the_designated_notifier) {
  TwoNodes nodes(kOther);
  nodes.settings.peers[0].notifies = false;
  nodes.peers.configure(nodes.settings);
  BOOST_TEST(nodes.duties.notifies(kWeb));
  BOOST_TEST(!nodes.duties.decides(kWeb));
  BOOST_TEST((nodes.duties.designated_notifier(kWeb) == kDutySelf));
  nodes.settings.notifies = false;
  BOOST_TEST(!nodes.duties.notifies(kWeb));
  BOOST_TEST(!nodes.duties.designated_notifier(kWeb).has_value());
}

// The owner of its host does not know the service, so another node claims it by itself.
BOOST_AUTO_TEST_CASE(a_service_that_is_claimed_by_itself_has_an_owner_of_its_own) {
  TwoNodes nodes(kDutySelf);
  const ObjectKey service{kWeb.host, service_key("web", "http")};
  BOOST_TEST(nodes.duties.runner_of(service).empty());
  nodes.peer().apply(claims_of(kOther, service.service));
  BOOST_TEST((nodes.duties.runner_of(service) == kOther));
  BOOST_TEST(!nodes.duties.runs(service));
  BOOST_TEST(nodes.duties.runs(kWeb));
}

BOOST_AUTO_TEST_CASE(a_node_behind_the_designated_notifier_does_not_notify) {
  TwoNodes nodes(kOther);
  std::uint8_t number = 3;
  while (!nodes.duties.stands_before(id(number), kDutySelf, kWeb)) ++number;
  nodes.settings.peers[0].notifies = false;
  nodes.settings.peers.push_back({id(number), "third", std::nullopt});
  nodes.peers.configure(nodes.settings);
  Peer& third = nodes.peers.at(id(number));
  third.activate();
  third.set_inventory(nodes.core.inventory());
  BOOST_TEST((nodes.duties.designated_notifier(kWeb) == id(number)));
  BOOST_TEST(!nodes.duties.notifies(kWeb));
}

BOOST_AUTO_TEST_CASE(a_node_without_a_block_is_no_designated_notifier) {
  TwoNodes nodes(kDutySelf);
  nodes.settings.notifies = false;
  BOOST_TEST((nodes.duties.designated_notifier(kWeb) == kOther));
  nodes.settings.peers.clear();
  nodes.peers.configure(nodes.settings);
  BOOST_TEST(!nodes.duties.designated_notifier(kWeb).has_value());
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_active_has_no_duty) {
  TwoNodes nodes(kOther);
  nodes.peer().lose();
  BOOST_TEST(nodes.duties.runner_of(kWeb).empty());
  BOOST_TEST(nodes.duties.decides(nodes.peer(), kWeb), "by its claims it would");
}

}  // namespace merlin::cluster
