#include <boost/test/unit_test.hpp>

#include "module/agent/inventory.hpp"
#include "module/agent/ownership.hpp"
#include "tests/unit/module_fake_core.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

wire::Epoch whole(std::uint64_t number, std::vector<std::uint64_t> units) {
  wire::Epoch epoch;
  epoch.number = number;
  epoch.whole = true;
  epoch.added = std::move(units);
  return epoch;
}

struct Small {
  Small() { fill_small(core); }
  FakeCore core;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(objects_are_found_by_key_and_no_other_key_finds_one, Small) {
  const Objects objects(core);
  BOOST_TEST(objects.hosts() == 3u);
  BOOST_TEST(objects.services() == 3u);
  for (Index object = 0; object < objects.size(); ++object) BOOST_TEST(objects.find(objects.key(object)) == object);
  BOOST_TEST(objects.find({host_key("web"), service_key("web", "disk")}) == 5u);
  BOOST_TEST(objects.find({host_key("db"), service_key("web", "disk")}) == kNoObject);
  BOOST_TEST(objects.find({host_key("gone"), 0}) == kNoObject);
  BOOST_TEST(objects.find({host_key("web"), host_key("db")}) == kNoObject);
  BOOST_TEST(Objects().find_unit(1) == kNoObject);
}

BOOST_FIXTURE_TEST_CASE(services_are_chained_to_their_host_in_any_order, Small) {
  const Objects objects(core);
  const auto of_web = objects.services_of(0);
  BOOST_TEST((std::vector<Index>(of_web.begin(), of_web.end()) == std::vector<Index>{3, 5}));
  BOOST_TEST(objects.services_of(2).empty());
  BOOST_TEST(objects.host_of(4) == 1u);
}

BOOST_FIXTURE_TEST_CASE(equal_names_give_equal_digests_whatever_the_order_of_ids, Small) {
  FakeCore other;
  other.add_host("alone");
  other.add_host("db");
  other.add_host("web");
  other.add_service(2, "disk");
  other.add_service(2, "http");
  other.add_service(1, "sql");
  const Objects objects(core);
  const Objects others(other);
  BOOST_TEST(Inventory(core, objects).digest() == Inventory(other, others).digest());
  // The same names, but a service has moved to another host.
  FakeCore moved;
  moved.add_host("alone");
  moved.add_host("db");
  moved.add_host("web");
  moved.add_service(2, "disk");
  moved.add_service(1, "http");
  moved.add_service(1, "sql");
  const Objects moved_objects(moved);
  BOOST_TEST(Inventory(core, objects).digest() != Inventory(moved, moved_objects).digest());
}

BOOST_AUTO_TEST_CASE(a_large_inventory_comes_in_bounded_parts_with_nothing_missing) {
  FakeCore core;
  for (int i = 0; i < 3000; ++i) core.add_host("host-with-a-rather-long-name-" + std::to_string(i) + std::string(150, 'x'));
  const Objects objects(core);
  Inventory inventory(core, objects);
  for (int round = 0; round < 2; ++round) {
    std::size_t hosts = 0;
    std::uint32_t parts = 0;
    bool last = false;
    while (const auto part = inventory.next()) {
      BOOST_TEST(!last);
      BOOST_TEST(part->part == parts++);
      BOOST_TEST(part->digest == inventory.digest());
      hosts += part->hosts.size();
      last = part->last;
    }
    BOOST_TEST(last);
    BOOST_TEST(parts >= 2u);
    BOOST_TEST(hosts == 3000u);
    inventory.rewind();
  }
  FakeCore empty;
  const Objects nothing(empty);
  Inventory none(empty, nothing);
  BOOST_TEST(none.next()->last);
  BOOST_TEST(!none.next());
}

// I9: one name that merlind would reject does not affect the node's other objects.
BOOST_AUTO_TEST_CASE(a_name_beyond_the_bound_is_left_out_of_the_inventory) {
  FakeCore core;
  core.add_host("web");
  core.add_host(std::string(5'000, 'h'));
  core.add_service(0, "http");
  core.add_service(0, std::string(4'097, 's'));
  const Objects objects(core);
  Inventory inventory(core, objects);
  BOOST_TEST(objects.left_out().total() == 2u);
  const auto part = inventory.next();
  BOOST_REQUIRE(part);
  BOOST_REQUIRE(part->hosts.size() == 1u);
  BOOST_TEST(part->hosts[0].name == "web");
  BOOST_TEST(part->hosts[0].services == std::vector<std::string>{"http"}, boost::test_tools::per_element());
  BOOST_TEST(part->last);
}

BOOST_FIXTURE_TEST_CASE(a_host_brings_its_services_and_a_lone_service_comes_alone, Small) {
  const Objects objects(core);
  Ownership ownership(objects, {}, core.now().steady);
  auto change = ownership.apply(ownership.side().on_epoch(whole(1, {host_key("web"), service_key("db", "sql"), host_key("unknown")})));
  BOOST_TEST((change.taken_up == std::vector<Index>{0, 3, 5, 4}));
  BOOST_TEST(!ownership.owns(1));
  BOOST_TEST(ownership.owns(4));
  BOOST_TEST(ownership.hosts_owned() == 1u);
  BOOST_TEST(ownership.services_owned() == 3u);
  auto claims = ownership.claims();
  std::sort(claims.begin(), claims.end());
  std::vector<std::uint64_t> wanted{host_key("web"), service_key("db", "sql")};
  std::sort(wanted.begin(), wanted.end());
  BOOST_TEST(claims == wanted);

  // Its host comes and goes: the orphan service stays.
  wire::Epoch next;
  next.number = 2;
  next.added = {host_key("db")};
  change = ownership.apply(ownership.side().on_epoch(next));
  BOOST_TEST(change.taken_up == std::vector<Index>{1});
  next.number = 3;
  next.added.clear();
  next.removed = {host_key("db"), host_key("web")};
  change = ownership.apply(ownership.side().on_epoch(next));
  BOOST_TEST(change.released == (std::vector<Index>{1, 0, 3, 5}));
  BOOST_TEST(ownership.owns(4));
  BOOST_TEST(ownership.hosts_owned() == 0u);
  BOOST_TEST(ownership.services_owned() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_isolated_core_claims_every_host_it_has, Small) {
  const Objects objects(core);
  Ownership ownership(objects, {Millis{3000}, Millis{10000}, true}, core.now().steady);
  BOOST_TEST(ownership.claims().empty());
  core.pass(Millis{3000});
  const auto change = ownership.apply(ownership.side().tick(core.now().steady));
  BOOST_TEST(change.taken_up.size() == objects.size());
  BOOST_TEST(ownership.claims().size() == 3u);
}
