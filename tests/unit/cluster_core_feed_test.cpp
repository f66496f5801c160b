// Which rows of the table a core receives (R6): all that it lacks, a batch at a time, and those again that it has overwritten.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/state/core_feed.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr int kFeedHosts = 500;

std::string host(int number) { return "host" + std::to_string(number); }

wire::Register feed_row(int number, std::uint64_t hlc) {
  wire::Register content;
  content.object = {host_key(host(number)), 0};
  content.version = {1, 1, hlc, {}};
  return content;
}

struct FeedFixture {
  Table table{1};
  CoreFeed feed{table};
  std::vector<wire::InventoryHost> names = [] {
    std::vector<wire::InventoryHost> hosts;
    for (int number = 0; number < kFeedHosts; ++number) hosts.push_back({host(number), {}});
    return hosts;
  }();
  Inventory inventory{names, 1};

  std::size_t give_all() {
    std::size_t rows = 0;
    while (const auto batch = feed.next(inventory)) {
      BOOST_TEST(batch->imposed.size() + batch->live.size() <= kRowsABatch);
      rows += batch->imposed.size() + batch->live.size();
      feed.on_confirmed({batch->batch});
    }
    return rows;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(core_feed, FeedFixture)

BOOST_AUTO_TEST_CASE(nothing_is_given_before_a_core_is_there) {
  table.put(feed_row(1, 1), {}, false);
  BOOST_TEST(!feed.next(inventory).has_value());
  BOOST_TEST(!feed.drained());
}

BOOST_AUTO_TEST_CASE(what_is_not_given_and_what_is_not_confirmed_is_awaited) {
  feed.restart();
  table.put(feed_row(1, 1), {}, true);
  const auto batch = feed.next(inventory);
  BOOST_REQUIRE(batch);
  table.put(feed_row(2, 2), {}, true);
  wire::Register comment = feed_row(3, 3);
  comment.kind = wire::RegisterKind::comment;
  table.put(comment, {}, true);
  BOOST_TEST((feed.awaited() == std::vector<ObjectKey>{feed_row(1, 1).object, feed_row(2, 2).object}));
  feed.on_confirmed({batch->batch});
  BOOST_TEST((feed.awaited() == std::vector<ObjectKey>{feed_row(2, 2).object}));
  give_all();
  BOOST_TEST(feed.awaited().empty());
}

BOOST_AUTO_TEST_CASE(a_new_core_gets_every_row_that_it_knows) {
  for (int number = 0; number < kFeedHosts + 50; ++number) table.put(feed_row(number, 1), {}, false);
  feed.restart();
  BOOST_TEST(give_all() == static_cast<std::size_t>(kFeedHosts));
  BOOST_TEST(feed.drained());
}

BOOST_AUTO_TEST_CASE(what_the_core_before_had_is_imposed_on_the_next_one) {
  feed.restart();
  table.put(feed_row(1, 1), {}, true);
  const auto news = feed.next(inventory);
  BOOST_REQUIRE(news);
  BOOST_TEST(news->live.size() == 1u);
  feed.on_confirmed({news->batch});
  feed.stop();
  feed.restart();
  const auto again = feed.next(inventory);
  BOOST_REQUIRE(again);
  BOOST_TEST(again->live.empty());
  BOOST_TEST(again->imposed.size() == 1u);
}

// A node that was away for long deletes what no other node has: the deletion has the version of the comment, and a higher rank.
BOOST_AUTO_TEST_CASE(a_deletion_with_the_version_of_what_the_core_is_receiving_is_given) {
  feed.restart();
  wire::Register comment = feed_row(1, 1);
  comment.kind = wire::RegisterKind::comment;
  table.put(comment, {}, true);
  const auto batch = feed.next(inventory);
  BOOST_REQUIRE(batch);
  comment.rank = 1;
  table.put(comment, {}, false);
  feed.on_confirmed({batch->batch});
  BOOST_TEST(!feed.drained());
  BOOST_TEST(give_all() == 1u);
}

BOOST_AUTO_TEST_CASE(attributes_of_contacts_and_the_program_are_given_and_what_was_told_is_not) {
  wire::Register content = feed_row(1, 1);
  content.kind = wire::RegisterKind::notification;
  table.put(content, {}, true);
  content.kind = wire::RegisterKind::attribute;
  content.object = {};
  table.put(content, {}, true);
  content.object = {0, 99};
  table.put(content, {}, true);
  feed.restart();
  BOOST_TEST(give_all() == 2u);
  BOOST_TEST(feed.drained());
}

BOOST_AUTO_TEST_CASE(the_next_batch_waits_for_the_confirmation_of_the_last) {
  for (int number = 0; number < kFeedHosts; ++number) table.put(feed_row(number, 1), {}, false);
  feed.restart();
  const auto first = feed.next(inventory);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(!feed.next(inventory).has_value());
  feed.on_confirmed({first->batch + 1});
  BOOST_TEST(!feed.next(inventory).has_value());
  feed.on_confirmed({first->batch});
  BOOST_TEST(feed.next(inventory).has_value());
}

BOOST_AUTO_TEST_CASE(a_row_that_changes_under_way_is_given_again) {
  table.put(feed_row(1, 1), {}, true);
  feed.restart();
  const auto first = feed.next(inventory);
  table.put(feed_row(1, 2), {}, true);
  feed.on_confirmed({first->batch});
  const auto second = feed.next(inventory);
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(second->live.front().version.hlc == 2U);
}

BOOST_AUTO_TEST_CASE(news_is_live_and_the_rest_is_imposed) {
  table.put(feed_row(1, 1), {}, true);
  table.put(feed_row(2, 1), {}, false);
  feed.restart();
  const auto batch = feed.next(inventory);
  BOOST_REQUIRE(batch.has_value());
  BOOST_TEST(batch->live.size() == 1U);
  BOOST_TEST(batch->imposed.size() == 1U);
}

// R6: a row that crashes cores must not do so for ever.
BOOST_AUTO_TEST_CASE(a_row_that_two_cores_die_over_is_set_aside_until_it_is_another) {
  for (int number = 0; number < 10; ++number) table.put(feed_row(number, 1), {}, false);
  SteadyTime now{};
  feed.restart();
  BOOST_TEST(feed.next(inventory)->imposed.size() == 10u);
  feed.core_lost(now);
  BOOST_TEST(feed.set_aside().empty());

  // Each row is sent alone now, and the core dies of the fourth.
  const RegisterKey bad{feed_row(3, 1).object, wire::RegisterKind::check};
  feed.restart();
  std::size_t given = 0;
  while (auto batch = feed.next(inventory)) {
    BOOST_REQUIRE(batch->imposed.size() == 1u);
    if (key_of(batch->imposed[0]) == bad) break;
    ++given;
    feed.on_confirmed({batch->batch});
  }
  feed.core_lost(now + Millis{60'000});
  feed.stop();
  BOOST_REQUIRE(feed.set_aside().size() == 1u);
  BOOST_TEST((feed.set_aside()[0] == bad));

  feed.restart();
  BOOST_TEST(give_all() == 9u);
  BOOST_TEST(feed.drained());
  table.put(feed_row(3, 2), {}, false);
  BOOST_TEST(give_all() == 1u);
  BOOST_TEST(feed.set_aside().empty());
}

BOOST_AUTO_TEST_CASE(two_deaths_far_apart_or_over_different_rows_set_nothing_aside) {
  table.put(feed_row(1, 1), {}, false);
  SteadyTime now{};
  feed.restart();
  BOOST_REQUIRE(feed.next(inventory));
  feed.core_lost(now);
  table.put(feed_row(2, 1), {}, false);
  feed.restart();
  const auto first = feed.next(inventory);
  BOOST_REQUIRE(first);
  BOOST_TEST(first->imposed.size() == 1u);
  feed.on_confirmed({first->batch});
  BOOST_REQUIRE(feed.next(inventory));
  feed.core_lost(now + Millis{1000});
  BOOST_TEST(feed.set_aside().empty());
  feed.stop();
  feed.restart();
  BOOST_REQUIRE(feed.next(inventory));
  feed.core_lost(now + RowSuspects::kSuspectFor + Millis{2000});
  BOOST_TEST(feed.set_aside().empty());
}

BOOST_AUTO_TEST_CASE(news_is_imposed_on_a_core_that_joins) {
  table.put(feed_row(1, 1), {}, true);
  feed.restart();
  const auto batch = feed.next(inventory, true);
  BOOST_REQUIRE(batch.has_value());
  BOOST_TEST(batch->live.empty());
  BOOST_TEST(batch->imposed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_the_core_wrote_itself_is_not_given_back) {
  table.put(feed_row(1, 1), {}, true);
  feed.note_held(*table.find({feed_row(1, 1).object, wire::RegisterKind::check}));
  feed.restart();
  BOOST_TEST(!feed.next(inventory).has_value());
  BOOST_TEST(feed.drained());
}

BOOST_AUTO_TEST_CASE(replaced_alerts_are_given_in_order_as_news_alone) {
  const auto alert = [](std::uint64_t hlc) {
    wire::Register content = feed_row(1, hlc);
    content.alert = true;
    return content;
  };
  NodeId peer;
  peer.bytes[0] = 2;
  feed.restart();
  table.put(alert(1), peer, true);
  table.put(alert(2), peer, true);
  feed.again(key_of(alert(2)));  // it is about to be sent as news
  table.put(feed_row(1, 3), peer, true);
  const auto batch = feed.next(inventory);
  BOOST_REQUIRE(batch.has_value());
  BOOST_TEST(batch->imposed.empty());
  BOOST_REQUIRE(batch->live.size() == 3U);
  for (std::size_t at = 0; at < 3; ++at) BOOST_TEST(batch->live[at].version.hlc == at + 1);
  feed.on_confirmed({batch->batch});
  BOOST_TEST(feed.given() == table.head());
  table.put(alert(4), peer, true);
  table.put(alert(5), peer, true);
  const auto silent = feed.next(inventory, true);
  BOOST_REQUIRE(silent.has_value());
  BOOST_TEST(silent->live.empty());
  BOOST_REQUIRE(silent->imposed.size() == 1U);
  BOOST_TEST(silent->imposed[0].version.hlc == 5U);
}

BOOST_AUTO_TEST_CASE(what_the_core_spoiled_is_imposed_again) {
  table.put(feed_row(1, 1), {}, true);
  feed.restart();
  give_all();
  feed.again({feed_row(1, 1).object, wire::RegisterKind::check});
  BOOST_TEST(!feed.drained());
  const auto batch = feed.next(inventory);
  BOOST_REQUIRE(batch.has_value());
  BOOST_TEST(batch->imposed.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
