// In the largest clusters and for any data of a peer: messages fit into frames, clocks do not wrap, and digests are the same on
// every machine.
#include <boost/test/unit_test.hpp>
#include <limits>

#include "shared/cluster/ownership/claims.hpp"
#include "shared/cluster/ownership/inventory.hpp"
#include "shared/cluster/state/core_feed.hpp"
#include "shared/cluster/state/replication.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/frame.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

Inventory inventory(std::size_t hosts, std::size_t services, std::size_t name_length) {
  std::vector<wire::InventoryHost> all;
  for (std::size_t host = 0; host < hosts; ++host) {
    wire::InventoryHost one{"host" + std::to_string(host), {}};
    for (std::size_t service = 0; service < services; ++service)
      one.services.push_back(std::to_string(service) + std::string(name_length, 'x'));
    all.push_back(std::move(one));
  }
  return {std::move(all), 77};
}

InventoryPtr put_together(std::vector<wire::Inventory> parts) {
  InventoryAssembler assembler;
  InventoryPtr whole;
  for (wire::Inventory& part : parts) {
    BOOST_TEST(!whole);
    whole = assembler.add(std::move(part));
  }
  return whole;
}

wire::Register large_row(std::uint64_t host, std::size_t bytes) {
  wire::Register content;
  content.object = {host, 0};
  content.version = {1, 1, 10, {}};
  content.value = std::string(bytes, 'v');
  return content;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_inventory_with_long_names_goes_in_parts_that_fit) {
  const Inventory large = inventory(1'000, 20, 200);  // 4 MB
  const auto parts = large.parts({});
  BOOST_TEST(parts.size() >= 8U);
  for (const auto& part : parts) BOOST_TEST(wire::encode(part).size() < wire::kMaxPayloadBytes / 4);
  const InventoryPtr whole = put_together(parts);
  BOOST_REQUIRE(whole);
  BOOST_TEST(whole->hosts().size() == 1'000U);
  BOOST_TEST(whole->service_count() == 20'000U);
}

BOOST_AUTO_TEST_CASE(a_host_with_more_services_than_a_frame_holds_comes_whole) {
  const Inventory large = inventory(3, 30'000, 100);  // 3.3 MB per host
  const auto parts = large.parts({});
  for (const auto& part : parts) BOOST_TEST(wire::encode(part).size() < wire::kMaxPayloadBytes / 4);
  const InventoryPtr whole = put_together(parts);
  BOOST_REQUIRE(whole);
  BOOST_TEST(whole->hosts().size() == 3U);
  BOOST_TEST(whole->service_count() == 90'000U);
  for (const KnownHost& host : whole->hosts()) BOOST_TEST(host.services.size() == 30'000U);
}

BOOST_AUTO_TEST_CASE(an_empty_inventory_is_one_part) {
  const InventoryPtr whole = put_together(Inventory({}, 5).parts({}));
  BOOST_REQUIRE(whole);
  BOOST_TEST(whole->digest() == 5U);
}

BOOST_AUTO_TEST_CASE(claims_of_any_number_fit_and_arrive_whole) {
  ClaimSet own;
  wire::CoreClaims said;
  said.whole = true;
  for (std::uint64_t unit = 1; unit <= 600'000; ++unit) said.added.push_back(unit);
  const wire::Claims first = own.change({}, 7, said);
  const auto parts = ClaimSet::parts(own.whole({}, 7));
  BOOST_TEST(parts.size() == 3U);
  ClaimSet seen;
  for (const auto& part : parts) {
    BOOST_TEST(wire::encode(part).size() < wire::kMaxPayloadBytes);
    BOOST_TEST(seen.apply(part));
  }
  BOOST_TEST((seen.units() == own.units()));

  said.added.clear();
  for (std::uint64_t unit = 400'001; unit <= 1'000'000; ++unit) said.added.push_back(unit);
  for (const auto& part : ClaimSet::parts(own.change({}, 7, said))) {
    BOOST_TEST(!part.whole);
    BOOST_TEST(wire::encode(part).size() < wire::kMaxPayloadBytes);
    BOOST_TEST(seen.apply(part));
  }
  BOOST_TEST((seen.units() == own.units()));
  BOOST_TEST(seen.exclusive_or() == own.exclusive_or());
  BOOST_TEST(seen.number() == own.number());
}

BOOST_AUTO_TEST_CASE(small_claims_are_one_message) {
  wire::Claims claims;
  claims.whole = true;
  claims.added = {1, 2, 3};
  BOOST_TEST(ClaimSet::parts(claims).size() == 1U);
  claims.added.clear();
  BOOST_TEST(ClaimSet::parts(claims).size() == 1U);
}

BOOST_AUTO_TEST_CASE(rows_with_huge_values_travel_alone) {
  Table table(1);
  std::vector<wire::Rows> sent;
  Replication replication(table, {}, [&](const NodeId&, Priority, PeerMessage message) {
    if (auto* rows = std::get_if<wire::Rows>(&message)) sent.push_back(std::move(*rows));
  });
  NodeId peer;
  peer.bytes[0] = 2;
  replication.session_up(peer, {});
  for (std::uint64_t host = 1; host <= 20; ++host) table.put(large_row(host, host % 5 == 0 ? 3'900'000 : 200'000), {}, true);
  replication.pump();
  std::size_t rows = 0;
  for (const auto& message : sent) {
    rows += message.rows.size();
    BOOST_TEST(wire::encode(message).size() < wire::kMaxPayloadBytes);
  }
  BOOST_TEST(rows == 20U);

  const Inventory known = [&] {
    std::vector<wire::InventoryHost> hosts;
    for (int host = 0; host < 20; ++host) hosts.push_back({"h" + std::to_string(host), {}});
    return Inventory(hosts, 1);
  }();
  Table full(2);
  int number = 0;
  for (const KnownHost& host : known.hosts()) full.put(large_row(host.key, ++number % 5 == 0 ? 3'900'000 : 200'000), {}, true);
  CoreFeed feed(full);
  feed.restart();
  rows = 0;
  while (auto batch = feed.next(known)) {
    rows += batch->live.size() + batch->imposed.size();
    BOOST_TEST(wire::encode(*batch).size() < wire::kMaxPayloadBytes);
    feed.on_confirmed({batch->batch});
  }
  BOOST_TEST(rows == 20U);
}

BOOST_AUTO_TEST_CASE(no_word_of_another_makes_the_clock_begin_anew) {
  const WallTime wall{Millis{1'700'000'000'000}};
  HybridClock clock;
  clock.observe(std::numeric_limits<std::uint64_t>::max());
  const std::uint64_t first = clock.next(wall);
  BOOST_TEST(first > kGreatestClock);
  BOOST_TEST(clock.next(wall) > first);
  BOOST_TEST(clock.next(WallTime{Millis{std::numeric_limits<std::int64_t>::max()}}) > first);
  Table table(1);
  wire::Register hostile = large_row(1, 1);
  hostile.version.hlc = std::numeric_limits<std::uint64_t>::max();
  table.put(hostile, {}, false);
  BOOST_TEST(table.max_clock() == kGreatestClock);
}

// Made by another program: XXH3_64 of six numbers of 8 bytes, little-endian, and the writer's 16 bytes.
BOOST_AUTO_TEST_CASE(the_digest_of_a_table_is_that_of_every_architecture) {
  Table table(1);
  wire::Register content;
  content.object = {0x0102030405060708, 0x1112131415161718};
  content.version = {0x21222324, 0x31, 0x4142434445464748, {}};
  for (std::uint8_t byte = 0; byte < 16; ++byte) content.version.writer.bytes[byte] = static_cast<std::uint8_t>(0xa0 + byte);
  table.put(content, {}, false);
  BOOST_TEST(table.digest() == 0x8ace509eafc8d468ULL);
}
