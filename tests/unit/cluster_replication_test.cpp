// Merging into the table, and keeping two tables equal: live rows, cursors, comparison by buckets, windows, losses in transit.
#include <boost/test/unit_test.hpp>
#include <deque>
#include <variant>

#include "shared/cluster/state/replication.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

wire::Register table_row(std::uint64_t object, std::uint64_t hlc, std::uint64_t term = 1) {
  wire::Register content;
  content.object = {object * 0x9E3779B97F4A7C15ULL, 0};
  content.version = {term, 1, hlc, id(1)};
  content.value = "value " + std::to_string(hlc);
  return content;
}

// One end: a table and its replication with the other end.
struct End {
  End(std::uint8_t number, std::uint64_t table_id)
      : self(id(number)),
        table(table_id),
        replication(table, self, [this](const NodeId&, Priority, PeerMessage message) { out.push_back(std::move(message)); }) {}

  void write(std::uint64_t object, std::uint64_t hlc) {
    table.put(table_row(object, hlc), {}, true);
    replication.pump();
  }
  void take(const NodeId& from, PeerMessage message) {
    if (auto* rows = std::get_if<wire::Rows>(&message)) replication.on_rows(from, std::move(*rows), Millis{0});
    if (auto* ack = std::get_if<wire::RowsAck>(&message)) replication.on_ack(from, *ack, at(0));
    if (auto* follow = std::get_if<wire::Follow>(&message)) replication.on_follow(from, *follow, at(0));
    if (auto* digests = std::get_if<wire::Digests>(&message)) replication.on_digests(from, *digests);
    if (auto* differing = std::get_if<wire::Differing>(&message)) replication.on_differing(from, *differing);
    if (auto* done = std::get_if<wire::SyncDone>(&message)) replication.on_sync_done(from, *done);
  }
  template <class Message>
  std::size_t waiting() const {
    std::size_t count = 0;
    for (const PeerMessage& message : out) count += std::holds_alternative<Message>(message) ? 1 : 0;
    return count;
  }

  NodeId self;
  Table table;
  std::deque<PeerMessage> out;
  Replication replication;
};

struct Pair {
  End one{1, 111};
  End two{2, 222};

  void connect() {
    one.replication.session_up(two.self, at(0));
    two.replication.session_up(one.self, at(0));
  }
  void disconnect() {
    one.replication.session_down(two.self);
    two.replication.session_down(one.self);
    one.out.clear();
    two.out.clear();
  }
  // Delivers until there is nothing more to send, even after a while; returns the number of rows sent.
  std::size_t talk() {
    std::size_t rows = 0;
    while (!one.out.empty() || !two.out.empty()) {
      rows += step(one, two) + step(two, one);
      if (one.out.empty() && two.out.empty()) wait();
    }
    return rows;
  }
  void wait() {
    clock_ms += static_cast<int>(kAcknowledgeEvery.count());
    one.replication.tick(at(clock_ms));
    two.replication.tick(at(clock_ms));
  }
  int clock_ms = 1000;
  static std::size_t step(End& from, End& to) {
    if (from.out.empty()) return 0;
    PeerMessage message = std::move(from.out.front());
    from.out.pop_front();
    const auto* rows = std::get_if<wire::Rows>(&message);
    const std::size_t count = rows == nullptr ? 0 : rows->rows.size();
    to.take(from.self, std::move(message));
    return count;
  }
  bool equal() const { return one.table.digest() == two.table.digest() && one.table.size() == two.table.size(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(table)

// The route has changed meanwhile. The newer message would count as unacknowledged for half a minute.
BOOST_AUTO_TEST_CASE(a_message_that_comes_behind_newer_ones_takes_no_acknowledgement_back) {
  Pair pair;
  pair.connect();
  pair.talk();
  pair.two.replication.on_rows(pair.one.self, wire::Rows{111, 7, wire::RowStream::live, {table_row(2, 7)}}, Millis{0});
  pair.two.replication.on_rows(pair.one.self, wire::Rows{111, 5, wire::RowStream::live, {table_row(1, 5)}}, Millis{0});
  pair.two.replication.tick(at(10'000'000));
  BOOST_REQUIRE(pair.two.out.size() == 1U);
  const auto* acknowledgement = std::get_if<wire::RowsAck>(&pair.two.out.front());
  BOOST_REQUIRE(acknowledgement != nullptr);
  BOOST_TEST(acknowledgement->upto == 7U);
}

// Of one object, replaced before it was sent.
BOOST_AUTO_TEST_CASE(an_alert_that_was_replaced_is_still_news) {
  const auto alert = [](std::uint64_t hlc) {
    wire::Register content = table_row(1, hlc);
    content.alert = true;
    return content;
  };
  const auto clocks = [](const Table& table, std::uint64_t after) {
    std::vector<std::uint64_t> found;
    for (TableNews news = table.news_after(after); !news.done(); news.next()) found.push_back(news.row().content.version.hlc);
    return found;
  };
  Table table(1);
  table.put(alert(1), {}, true);
  table.put(table_row(2, 5), {}, true);
  table.put(alert(2), {}, true);
  table.put(table_row(1, 3), {}, true);
  table.put(table_row(1, 4), {}, true);  // 3 was no alert
  BOOST_TEST(clocks(table, 0) == (std::vector<std::uint64_t>{1, 5, 2, 4}), boost::test_tools::per_element());
  BOOST_TEST(clocks(table, 1) == (std::vector<std::uint64_t>{5, 2, 4}), boost::test_tools::per_element());
  table.forget_replaced(1, 5);  // our own core's writes are sent up to there
  BOOST_TEST(clocks(table, 0) == (std::vector<std::uint64_t>{5, 2, 4}), boost::test_tools::per_element());
  table.put(alert(6), id(3), true);
  table.put(table_row(1, 7), id(3), true);
  table.forget_replaced(table.head(), 5);  // another node's is kept for our core
  BOOST_TEST(clocks(table, 4) == (std::vector<std::uint64_t>{6, 7}), boost::test_tools::per_element());
  table.forget_replaced(table.head(), table.head());
  BOOST_TEST(table.replaced_alerts() == 0u);
  table.put(alert(8), id(3), false);
  table.put(table_row(1, 9), id(3), true);
  BOOST_TEST(table.replaced_alerts() == 0u, "what came by comparing is no news");
  BOOST_TEST(table.dropped_alerts() == 0u);
}

BOOST_AUTO_TEST_CASE(replaced_alerts_are_bounded) {
  Table table(1);
  for (std::uint64_t hlc = 1; hlc <= kMaxReplacedAlerts + 11; ++hlc) {
    wire::Register content = table_row(1, hlc);
    content.alert = true;
    table.put(std::move(content), {}, true);
  }
  BOOST_TEST(table.replaced_alerts() == kMaxReplacedAlerts);
  BOOST_TEST(table.dropped_alerts() == 10u);
  TableNews news = table.news_after(0);
  BOOST_TEST(news.row().content.version.hlc == 11u, "the oldest were dropped");
}

// F54
BOOST_AUTO_TEST_CASE(the_greater_version_wins_whatever_the_order) {
  Table first(1);
  Table second(2);
  first.put(table_row(1, 5), {}, true);
  first.put(table_row(1, 9), {}, true);
  second.put(table_row(1, 9), {}, true);
  BOOST_TEST((second.put(table_row(1, 5), {}, true) == Table::Put::older));
  BOOST_TEST((second.put(table_row(1, 9), {}, true) == Table::Put::same));
  BOOST_TEST(first.digest() == second.digest());
  BOOST_TEST(second.find({table_row(1, 9).object, wire::RegisterKind::check})->content.value == "value 9");
}

BOOST_AUTO_TEST_CASE(a_greater_term_wins_over_a_later_clock) {
  Table table(1);
  table.put(table_row(1, 1000, 1), {}, true);
  BOOST_TEST((table.put(table_row(1, 5, 2), {}, true) == Table::Put::newer));
  BOOST_TEST((table.put(table_row(1, 9999, 1), {}, true) == Table::Put::older));
}

BOOST_AUTO_TEST_CASE(a_row_that_changes_twice_stands_once_among_the_changes) {
  Table table(1);
  table.put(table_row(1, 1), {}, true);
  table.put(table_row(2, 1), {}, true);
  table.put(table_row(1, 2), {}, true);
  std::vector<std::uint64_t> changes;
  for (auto change = table.after(0); change != table.end(); ++change) changes.push_back(change->first);
  BOOST_TEST((changes == std::vector<std::uint64_t>{2, 3}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(replication, Pair)

BOOST_AUTO_TEST_CASE(strangers_compare_and_end_equal) {
  for (std::uint64_t object = 1; object <= 500; ++object) (object % 3 == 0 ? one : two).table.put(table_row(object, object), {}, true);
  for (std::uint64_t object = 501; object <= 600; ++object) {
    one.table.put(table_row(object, 1), {}, true);
    two.table.put(table_row(object, 2), {}, true);
  }
  connect();
  talk();
  BOOST_TEST(equal());
  BOOST_TEST(one.table.size() == 600U);
  BOOST_TEST(one.replication.compared(two.self));
  BOOST_TEST(two.replication.compared(one.self));
  BOOST_TEST(one.replication.backlog(two.self) == 0U);
}

// A core that was killed twice read two states of the same second from its retention file. Each node kept the one that it got first.
// F54 I7
BOOST_AUTO_TEST_CASE(two_retained_values_of_one_version_become_one) {
  const auto retained = [](const std::string& value) {
    wire::Register content = table_row(1, 10, 0);
    content.version.side = 0;
    content.value = value;
    return content;
  };
  one.table.put(retained("first"), {}, false);
  two.table.put(retained("second"), {}, false);
  BOOST_TEST(!equal());
  connect();
  talk();
  BOOST_TEST(equal());
  const RegisterKey key = key_of(retained(""));
  BOOST_TEST(one.table.find(key)->content.value == two.table.find(key)->content.value);
  BOOST_TEST((one.table.put(retained("first"), {}, false) == Table::Put::older));
}

// A voter's note of a grant has no version either, and stays as each voter wrote it.
BOOST_AUTO_TEST_CASE(the_content_of_a_notification_record_decides_nothing) {
  wire::Register record = table_row(1, 0, 0);
  record.kind = wire::RegisterKind::notification;
  record.version.side = 0;
  one.table.put(record, {}, false);
  record.value = "z";
  BOOST_TEST((one.table.put(record, {}, false) == Table::Put::same));
}

BOOST_AUTO_TEST_CASE(what_is_written_travels_at_once_and_once) {
  connect();
  talk();
  one.write(1, 10);
  BOOST_TEST(talk() == 1U);
  BOOST_TEST(equal());
}

BOOST_AUTO_TEST_CASE(after_a_time_apart_only_what_changed_travels) {
  for (std::uint64_t object = 1; object <= 1000; ++object) one.table.put(table_row(object, object), {}, true);
  connect();
  talk();
  disconnect();
  for (std::uint64_t object = 1; object <= 7; ++object) one.write(object, 5000 + object);
  two.write(900, 6000);
  connect();
  BOOST_TEST(talk() == 8U);
  BOOST_TEST(equal());
  BOOST_TEST(one.waiting<wire::Digests>() == 0U);
}

// F17 I1
BOOST_AUTO_TEST_CASE(rows_that_were_under_way_when_the_link_broke_are_sent_again) {
  connect();
  talk();
  for (std::uint64_t object = 1; object <= 30; ++object) one.write(object, object);
  disconnect();
  connect();
  talk();
  BOOST_TEST(equal());
  BOOST_TEST(two.table.size() == 30U);
}

// F19 I9
BOOST_AUTO_TEST_CASE(a_peer_that_acknowledges_nothing_is_sent_a_window_and_no_more) {
  connect();
  talk();
  for (std::uint64_t object = 1; object <= 1000; ++object) one.write(object, object);
  BOOST_TEST(one.waiting<wire::Rows>() == kLiveWindow);
  talk();
  BOOST_TEST(equal());
  BOOST_TEST(one.replication.backlog(two.self) == 0U);
}

BOOST_AUTO_TEST_CASE(live_rows_are_acknowledged_together_after_sixteen_messages_or_a_quarter_of_a_second) {
  connect();
  talk();
  for (std::uint64_t object = 1; object < kAcknowledgeAt; ++object) one.write(object, object);
  while (!one.out.empty()) Pair::step(one, two);
  BOOST_TEST(two.waiting<wire::RowsAck>() == 0U);
  wait();
  BOOST_TEST(two.waiting<wire::RowsAck>() == 1U);
  talk();
  BOOST_TEST(one.replication.backlog(two.self) == 0U);

  for (std::uint64_t object = 1; object <= kAcknowledgeAt; ++object) one.write(object, 100 + object);
  while (!one.out.empty()) Pair::step(one, two);
  BOOST_TEST(two.waiting<wire::RowsAck>() == 1U);
}

BOOST_AUTO_TEST_CASE(rows_that_changed_while_the_window_was_closed_are_sent_once) {
  connect();
  talk();
  for (std::uint64_t object = 1; object <= kLiveWindow; ++object) one.write(object, object);
  for (std::uint64_t round = 1; round <= 50; ++round) one.write(5000, 100'000 + round);
  BOOST_TEST(talk() == kLiveWindow + 1);
  BOOST_TEST(equal());
}

BOOST_AUTO_TEST_CASE(a_follow_that_comes_before_the_session_is_not_forgotten) {
  for (std::uint64_t object = 1; object <= 20; ++object) one.table.put(table_row(object, object), {}, true);
  two.replication.session_up(one.self, at(0));
  while (!two.out.empty()) Pair::step(two, one);
  one.replication.session_up(two.self, at(0));
  talk();
  BOOST_TEST(equal());
  BOOST_TEST(two.replication.compared(one.self));
}

BOOST_AUTO_TEST_CASE(a_session_without_acknowledgements_is_called_stuck_and_begins_anew) {
  connect();
  talk();
  one.replication.tick(at(60'000));
  one.write(1, 10);
  one.out.clear();  // lost at a third node
  BOOST_TEST(one.replication.stuck(at(89'999)).empty(), "the quiet minute before it does not count");
  BOOST_REQUIRE(one.replication.stuck(at(90'000)).size() == 1U);
  one.replication.session_down(two.self);
  one.replication.session_up(two.self, at(90'000));
  talk();
  two.replication.session_down(one.self);
  two.replication.session_up(one.self, at(90'000));
  talk();
  BOOST_TEST(equal());
  for (std::uint64_t object = 2; object <= 2000; ++object) one.write(object, object);
  talk();
  BOOST_TEST(equal());
}

BOOST_AUTO_TEST_CASE(the_leading_end_compares_when_heartbeats_differ_for_long_and_were_never_equal) {
  connect();
  talk();
  const auto seen = [&](int milliseconds, std::uint64_t digest) { one.replication.table_seen(two.self, 0, digest, at(milliseconds)); };
  two.table.put(table_row(1, 1), id(9), false);  // arrived by another route, so the live stream skips it
  seen(0, two.table.digest());
  seen(10'000, one.table.digest());  // everything in transit has arrived
  seen(11'000, two.table.digest());
  seen(29'999, two.table.digest());
  talk();
  BOOST_TEST(!equal());
  seen(30'000, two.table.digest());
  talk();
  BOOST_TEST(equal());
}

BOOST_AUTO_TEST_CASE(tables_are_equal_as_of_a_second_while_news_is_on_its_way) {
  const auto stamp = [](std::uint64_t second) { return (second * 1000) << 16; };
  connect();
  one.write(1, stamp(100));
  two.write(2, stamp(100));
  talk();
  one.write(1, stamp(103));
  two.write(2, stamp(104));
  two.write(3, stamp(105));
  BOOST_TEST(!equal());
  BOOST_TEST((one.table.digest_at(102) == two.table.digest_at(102)));
  BOOST_TEST((one.table.digest_at(103) != two.table.digest_at(103)));
  talk();
  BOOST_TEST((one.table.digest_at(103) == two.table.digest_at(103)), "and it is told when the news has come");
  BOOST_TEST((one.table.digest_at(103) != one.table.digest_at(102)));
  BOOST_TEST((one.table.digest_at(0) == one.table.digest()));
}

BOOST_AUTO_TEST_CASE(what_a_table_was_is_forgotten_after_a_minute_of_changes) {
  for (std::uint64_t second = 1; second <= kDigestSeconds + 1; ++second) one.write(second, (second * 1000) << 16);
  BOOST_TEST(one.table.digest_at(1).has_value());
  one.write(1000, (200 * 1000ULL) << 16);
  BOOST_TEST(!one.table.digest_at(1).has_value());
  one.write(1001, 1000ULL << 16);
  BOOST_TEST(!one.table.digest_at(1).has_value(), "nor is it known again by news of then");
}

BOOST_AUTO_TEST_CASE(equal_tables_need_no_compare_to_count_as_compared) {
  connect();
  one.out.clear();
  two.out.clear();
  one.replication.table_seen(two.self, 0, two.table.digest(), at(3'999));
  BOOST_TEST(!one.replication.compared(two.self), "what was equal before the session proves nothing of its first moments");
  one.replication.table_seen(two.self, 0, two.table.digest(), at(4'000));
  BOOST_TEST(one.replication.compared(two.self));
}

BOOST_AUTO_TEST_CASE(while_rows_of_a_compare_come_no_other_begins) {
  for (std::uint64_t object = 1; object <= 2'000; ++object) two.table.put(table_row(object, object), id(9), false);
  connect();
  one.out.clear();
  two.out.clear();
  one.replication.table_seen(two.self, 0, two.table.digest(), at(5'000));
  while (one.waiting<wire::RowsAck>() == 0) Pair::step(one, two), Pair::step(two, one);  // the first rows have arrived
  one.out.clear();
  one.replication.table_seen(two.self, 0, two.table.digest(), at(10'000));
  BOOST_TEST(one.waiting<wire::Digests>() == 0U);
  one.replication.table_seen(two.self, 0, two.table.digest(), at(15'000));
  BOOST_TEST(one.waiting<wire::Digests>() == 1U, "and when they stay away, one does");
}

BOOST_AUTO_TEST_CASE(a_session_whose_first_words_were_lost_is_compared_all_the_same) {
  two.table.put(table_row(1, 1), id(9), false);
  connect();
  one.out.clear();
  two.out.clear();
  one.replication.table_seen(two.self, 0, two.table.digest(), at(5'000));
  talk();
  BOOST_TEST(equal());
  BOOST_TEST(one.replication.compared(two.self));
  BOOST_TEST(two.replication.compared(one.self));
}

// The leading end was served, and its session was restarted before it had served the other, which waits to join.
BOOST_AUTO_TEST_CASE(who_was_never_sent_all_compares_by_itself) {
  connect();
  talk();
  one.table.put(table_row(1, 1), id(9), false);
  two.replication.session_up(one.self, at(10'000));
  two.out.clear();
  BOOST_TEST(!two.replication.compared(one.self));
  two.replication.table_seen(one.self, 0, one.table.digest(), at(14'999));
  BOOST_TEST(two.waiting<wire::Digests>() == 0U);
  two.replication.table_seen(one.self, 0, one.table.digest(), at(15'000));
  talk();
  BOOST_TEST(equal());
  BOOST_TEST(two.replication.compared(one.self));
}

// F32
BOOST_AUTO_TEST_CASE(times_of_a_node_with_another_clock_are_taken_on_ours) {
  connect();
  talk();
  wire::Register content = table_row(1, 1);
  content.base_ms = 7'200'000;
  one.replication.on_rows(two.self, {222, 1, wire::RowStream::live, {content}}, Millis{3'600'000});
  BOOST_TEST(one.table.find({content.object, wire::RegisterKind::check})->content.base_ms == 3'600'000);
}

BOOST_AUTO_TEST_SUITE_END()
