// A node among others, one of which is hostile: data that no cluster can have made is refused and counted; other data is corrected.
#include "tests/unit/cluster_hostile_support.hpp"

using namespace hostile_test;
using namespace merlin;
using namespace merlin::cluster;

BOOST_FIXTURE_TEST_CASE(a_row_from_a_term_that_no_cluster_reaches_is_refused, Hostile) {
  sends(row({kFar, 1, stamp(now), kPeer}));
  sends(row({kTermToCatchUp + 1, 1, stamp(now), kPeer}));
  BOOST_TEST(rows() == 0U);
  BOOST_TEST(refused(wire::RejectReason::term) == 2U);
  sends(row({kTermToCatchUp, 1, stamp(now), kPeer}));
  BOOST_TEST(rows() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_row_from_a_time_that_no_clock_shows_is_refused, Hostile) {
  sends(row({1, 1, kFar, kPeer}));
  sends(row({1, 1, stamp(now) + (std::uint64_t{5} * 366 * 86'400'000 << 16), kPeer}));
  BOOST_TEST(rows() == 0U);
  BOOST_TEST(refused(wire::RejectReason::clock) == 2U);
  // A clock may be wrong by days.
  sends(row({1, 1, stamp(now) + (std::uint64_t{100} * 86'400'000 << 16), kPeer}));
  BOOST_TEST(rows() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_row_of_more_nodes_than_a_cluster_has_is_refused, Hostile) {
  sends(row({1, 4'000'000'000, stamp(now), kPeer}));
  BOOST_TEST(refused(wire::RejectReason::view_size) == 1U);
}

BOOST_FIXTURE_TEST_CASE(nothing_but_a_deletion_stands_above_what_is_written_later, Hostile) {
  for (const auto kind : {wire::RegisterKind::check, wire::RegisterKind::acknowledgement, wire::RegisterKind::attribute}) {
    wire::Register content = row({1, 1, stamp(now), kPeer}, 0, kind);
    content.rank = 1;
    sends(content);
  }
  wire::Register comment = row({1, 1, stamp(now), kPeer}, 0, wire::RegisterKind::comment);
  comment.item = 5;
  comment.rank = 1;
  comment.value = wire::encode(wire::CommentRegister{});
  sends(comment);
  BOOST_TEST(rows() == 0U);
  BOOST_TEST(refused(wire::RejectReason::rank) == 4U);
  wire::CommentRegister gone;
  gone.deleted = true;
  comment.value = wire::encode(gone);
  comment.rank = 2;
  comment.base_ms = now_at(now).wall.time_since_epoch().count();
  sends(comment);
  BOOST_TEST(refused(wire::RejectReason::rank) == 5U);
  comment.rank = 1;
  sends(comment);
  BOOST_TEST(rows() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_check_has_one_register, Hostile) {
  wire::Register content = row({1, 1, stamp(now), kPeer});
  content.item = 7;
  sends(content);
  BOOST_TEST(refused(wire::RejectReason::content) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_record_of_a_notification_is_what_its_rank_and_its_holder_say, Hostile) {
  wire::Notification problem;
  problem.object = kWeb;
  problem.number = 1;
  problem.start = stamp(0);
  const wire::Version version{1, 1, stamp(now), kPeer};
  wire::Register ranked = record(problem, true, kPeer, version);
  ranked.rank = kFar;
  sends(ranked);
  sends(record(problem, true, kThird, version));
  wire::Notification later = problem;
  later.start = stamp(now) + (std::uint64_t{3'600'000} << 16);
  sends(record(later, true, kPeer, version));
  wire::Register elsewhere = record(problem, true, kPeer, version);
  elsewhere.object = {host_key("db"), 0};
  sends(elsewhere);
  BOOST_TEST(rows() == 0U);
  BOOST_TEST(refused(wire::RejectReason::rank) == 1U);
  BOOST_TEST(refused(wire::RejectReason::writer) == 1U);
  BOOST_TEST(refused(wire::RejectReason::clock) == 1U);
  BOOST_TEST(refused(wire::RejectReason::content) == 1U);
}

// The voter's table also contains what it has granted.
BOOST_FIXTURE_TEST_CASE(nobody_is_granted_a_notification_of_a_time_that_no_clock_shows, Hostile) {
  wire::NotifyAsk ask;
  ask.notification.object = kWeb;
  ask.notification.start = kFar;
  take(node.receive(kPeer, ask, now_at(now)));
  BOOST_TEST(rows() == 0U);
  BOOST_TEST(refused(wire::RejectReason::clock) == 1U);
}

BOOST_FIXTURE_TEST_CASE(rows_of_nodes_that_nobody_knows_are_bounded, Hostile) {
  for (std::size_t index = 0; index < kMostWriters + 10; ++index) {
    NodeId writer;
    writer.bytes[0] = 9;
    writer.bytes[1] = static_cast<std::uint8_t>(index);
    writer.bytes[2] = static_cast<std::uint8_t>(index >> 8);
    sends(row({1, 1, 100 + index, writer}));
  }
  BOOST_TEST(refused(wire::RejectReason::writer) == 10U);
}

BOOST_FIXTURE_TEST_CASE(a_heartbeat_lifts_the_term_no_higher_than_a_cluster_comes, Hostile) {
  wire::Heartbeat lying = heartbeat_of(kPeer, 1'000);
  lying.term = std::numeric_limits<std::uint64_t>::max();
  take(node.receive(kPeer, lying, now_at(now)));
  BOOST_TEST(term() == kTermToCatchUp);
  BOOST_TEST(refused(wire::RejectReason::term) == 1U);
  for (std::uint64_t turn = 1; turn <= 100; ++turn) {
    lying.number = 1'000 + turn;
    node.receive(kPeer, lying, now_at(now));
  }
  BOOST_TEST(term() == kTermToCatchUp + kTermStep);
}

BOOST_FIXTURE_TEST_CASE(a_row_above_the_owners_own_result_loses_to_its_next_one, Hostile) {
  writes(2, term());
  const std::uint64_t poisoned = term() + 500'000;
  sends(row({poisoned, 60, stamp(now), kPeer}, 0));
  pass(1'000);
  take(writes(2, term()));
  pass(1'000);
  BOOST_TEST(core_term > poisoned);
  BOOST_TEST((rechecked == kWeb));
  const auto contested = node.view(now_at(now)).contested;
  BOOST_REQUIRE(contested.size() == 1U);
  BOOST_TEST(contested[0].object == "web");
  BOOST_TEST((contested[0].writer == kPeer));
  take(writes(2, core_term));
  pass(1'000);
  BOOST_TEST((rechecked == kWeb));
  BOOST_TEST(node.view(now_at(now)).contested[0].times == 1U);
}

BOOST_AUTO_TEST_CASE(rows_beyond_the_bounds_are_dropped_when_the_store_is_read) {
  Node node(settings({kPeer}), {std::uint64_t{1} << 62, kFar, false}, kInstance, 9, now_at(0));
  Stored stored;
  stored.saved_ms = now_at(0).wall.time_since_epoch().count();
  stored.rows = {row({kFar, 1, stamp(0), kPeer}), row({3, 1, stamp(0), kPeer}, 0, wire::RegisterKind::acknowledgement)};
  node.restore(std::move(stored), now_at(0));
  const Actions actions = node.start(now_at(0));
  BOOST_TEST(node.view(now_at(0)).rows == 1U);
  BOOST_TEST(node.view(now_at(0)).term == 1U);
  const auto saves = std::count_if(actions.begin(), actions.end(), [](const Action& action) {
    const auto* save = std::get_if<Save>(&action);
    return save != nullptr && save->forgotten == std::vector<RegisterKey>{{kWeb, wire::RegisterKind::check, 0}};
  });
  BOOST_TEST(saves == 1);
}

// ---- how much a node may send

namespace {

wire::Register of_object(std::uint64_t host, std::int64_t base_ms, std::size_t bytes = 0) {
  wire::Register content;
  content.object = {host, 0};
  content.version = {1, 1, 1, kPeer};
  content.base_ms = base_ms;
  content.value = std::string(bytes, 'x');
  return content;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(rows_of_unknown_objects_are_bounded_and_others_are_accepted_all_the_same, Hostile) {
  const std::int64_t base = now_at(now).wall.time_since_epoch().count();
  for (std::uint64_t host = 1; host <= kMaxUnknownRowsPerPeer + 500; ++host) sends(of_object(host, base));
  BOOST_TEST(rows() == kMaxUnknownRowsPerPeer);
  BOOST_TEST(refused(wire::RejectReason::full) == 500U);
  sends(row({1, 1, stamp(now), kPeer}));
  BOOST_TEST(rows() == kMaxUnknownRowsPerPeer + 1);
}

BOOST_FIXTURE_TEST_CASE(their_bytes_are_bounded_too, Hostile) {
  const std::int64_t base = now_at(now).wall.time_since_epoch().count();
  for (std::uint64_t host = 1; host <= 100; ++host) sends(of_object(host, base, 200'000));
  BOOST_TEST(rows() == kMaxUnknownBytesPerPeer / 200'000);
}

BOOST_FIXTURE_TEST_CASE(what_another_node_has_configured_finds_room, Hostile) {
  const std::int64_t base = now_at(now).wall.time_since_epoch().count();
  for (std::uint64_t host = 1; host <= kMaxUnknownRowsPerPeer; ++host) sends(of_object(host, base));
  const std::uint64_t db = host_key("db");
  sends(of_object(db, base));
  BOOST_TEST(refused(wire::RejectReason::full) == 1U);
  for (wire::Inventory part : Inventory({{"db", {}}}, 2).parts(kPeer)) node.receive(kPeer, std::move(part), now_at(now));
  sends(of_object(db, base));
  BOOST_TEST(rows() == kMaxUnknownRowsPerPeer + 1);
}

BOOST_FIXTURE_TEST_CASE(the_comments_of_an_object_are_bounded, Hostile) {
  wire::Register comment = row({1, 1, stamp(now), kPeer}, 0, wire::RegisterKind::comment);
  for (comment.item = 1; comment.item <= kMaxItemsPerObject + 3; ++comment.item) sends(comment);
  BOOST_TEST(rows() == kMaxItemsPerObject);
  BOOST_TEST(refused(wire::RejectReason::full) == 3U);
}

BOOST_FIXTURE_TEST_CASE(so_are_the_bytes_of_its_comments_but_its_state_is_accepted, Hostile) {
  wire::Register comment = row({1, 1, stamp(now), kPeer}, 0, wire::RegisterKind::comment);
  comment.value = std::string(200'000, 'x');
  const std::size_t fit = kMaxItemBytesPerObject / comment.value.size();
  for (comment.item = 1; comment.item <= fit + 3; ++comment.item) sends(comment);
  BOOST_TEST(rows() == fit);
  BOOST_TEST(refused(wire::RejectReason::full) == 3U);
  sends(row({1, 1, stamp(now), kPeer}));
  BOOST_TEST(rows() == fit + 1);
}

namespace {

struct Hourly : Hostile {
  Hourly() {
    wire::NodeInfo info;
    info.node_id = kPeer;
    info.instance = 5;
    info.inventory_digest = 1;  // the digest of our core
    node.receive(kPeer, info, now_at(now));
    wire::Heartbeat heartbeat = heartbeat_of(kPeer, ++number);
    heartbeat.wall_ms = now_at(now).wall.time_since_epoch().count();
    node.receive(kPeer, heartbeat, now_at(now));
  }
  std::size_t hours_later(int hours) {
    node.tick(now_at(now + hours * 3'600'000));
    return rows();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_object_that_stays_unknown_is_dropped_after_a_day, Hourly) {
  const std::int64_t base = now_at(now).wall.time_since_epoch().count();
  sends(of_object(5, base));
  sends(row({1, 1, stamp(now), kPeer}));
  BOOST_TEST(hours_later(1) == 2U);
  BOOST_TEST(hours_later(23) == 2U);
  BOOST_TEST(hours_later(26) == 1U);
  // Another node still has it configured.
  now += 26 * 3'600'000;
  sends(of_object(5, base));
  BOOST_TEST(rows() == 1U);
  BOOST_TEST(refused(wire::RejectReason::full) == 0U);
}

// As a node that was not restarted meanwhile.
BOOST_FIXTURE_TEST_CASE(a_restarted_node_drops_an_object_that_was_unknown_before_by_the_age_of_its_rows, Hourly) {
  const std::int64_t base = now_at(now).wall.time_since_epoch().count();
  sends(of_object(5, base - 22 * 3'600'000));
  sends(of_object(6, base - 10 * 3'600'000));
  BOOST_TEST(hours_later(1) == 2U);
  BOOST_TEST(hours_later(3) == 1U);
  BOOST_TEST(hours_later(13) == 1U);
  BOOST_TEST(hours_later(16) == 0U);
}

// ---- an object is forgotten

BOOST_FIXTURE_TEST_CASE(what_is_forgotten_is_dropped_and_not_taken_again, Hostile) {
  take(writes(2, term()));
  const wire::Register poison = row({term() + 500'000, 60, stamp(now), kPeer}, 0);
  wire::Notification problem;
  problem.object = kWeb;
  problem.number = 1;
  problem.start = stamp(now);
  const wire::Register forged = record(problem, true, kPeer, {term() + 500'000, 1, stamp(now), kPeer});
  sends(poison);
  sends(forged);
  BOOST_TEST(rows() == 2U);
  take(node.forget(kWeb, now_at(now)));
  BOOST_TEST(rows() == 1U);
  BOOST_TEST((rechecked == kWeb));
  pass(1'000);
  sends(poison);
  sends(forged);
  BOOST_TEST(rows() == 1U);
  take(writes(2, core_term));
  BOOST_TEST(rows() == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_owner_checks_again_what_another_node_has_forgotten, Hostile) {
  take(writes(2, term()));
  sends(row({term() + 5, 60, stamp(now), kPeer}, 0, wire::RegisterKind::forgotten));
  BOOST_TEST(rows() == 1U);
  BOOST_TEST((rechecked == kWeb));
  pass(100);
  take(writes(2, core_term));
  BOOST_TEST(rows() == 2U);
}

BOOST_FIXTURE_TEST_CASE(what_operators_did_is_not_forgotten, Hostile) {
  wire::Register comment = row({1, 1, stamp(now), kPeer}, 0, wire::RegisterKind::comment);
  comment.item = 5;
  sends(comment);
  sends(row({1, 1, stamp(now), kPeer}, 0, wire::RegisterKind::acknowledgement));
  take(node.forget(kWeb, now_at(now)));
  BOOST_TEST(rows() == 3U);
}
