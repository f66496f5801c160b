// What is stored and when: operators' registers before they are sent, everything else soon; a failing disk delays nothing for long.
#include <boost/test/unit_test.hpp>

#include "shared/cluster/durability/store_writer.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

wire::Register stored_row(std::uint64_t host, wire::RegisterKind kind = wire::RegisterKind::check) {
  wire::Register content;
  content.object = {host, 0};
  content.kind = kind;
  content.version = {1, 1, 1, {}};
  return content;
}

struct WriterFixture {
  Table table{7};
  StoreWriter store_writer{table};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(store_writer, WriterFixture)

BOOST_AUTO_TEST_CASE(what_an_operator_did_leaves_when_it_is_on_disk) {
  store_writer.own({stored_row(1, wire::RegisterKind::comment)}, 5, at(0));
  const auto save = store_writer.next(at(0));
  BOOST_REQUIRE(save);
  BOOST_TEST(save->rows.size() == 1u);
  BOOST_TEST(store_writer.overdue(at(10)).rows.empty());
  const auto released = store_writer.saved(save->ticket, true, at(20));
  BOOST_TEST(released.rows.size() == 1u);
  BOOST_TEST(released.on_disk);
  BOOST_REQUIRE(released.safe_batches.size() == 1u);
  BOOST_TEST(released.safe_batches[0] == 5u);
  BOOST_TEST(store_writer.unsafe() == 0u);
}

// F42
BOOST_AUTO_TEST_CASE(a_disk_that_fails_delays_nothing_and_is_tried_again) {
  store_writer.own({stored_row(1, wire::RegisterKind::comment)}, 5, at(0));
  auto save = store_writer.next(at(0));
  const auto released = store_writer.saved(save->ticket, false, at(20));
  BOOST_TEST(released.rows.size() == 1u, "it leaves");
  BOOST_TEST(released.safe_batches.empty(), "but is not called safe");
  BOOST_TEST(!store_writer.next(at(1'000)));
  save = store_writer.next(at(6'000));
  BOOST_REQUIRE(save);
  const auto again = store_writer.saved(save->ticket, true, at(6'010));
  BOOST_TEST(again.rows.empty(), "once");
  BOOST_TEST(again.safe_batches.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_disk_that_hangs_is_waited_for_a_second) {
  store_writer.own({stored_row(1, wire::RegisterKind::comment)}, 5, at(0));
  const auto save = store_writer.next(at(0));
  BOOST_TEST(store_writer.overdue(at(999)).rows.empty());
  BOOST_TEST(store_writer.overdue(at(1'000)).rows.size() == 1u);
  BOOST_TEST(store_writer.overdue(at(1'001)).rows.empty());
  BOOST_TEST(store_writer.saved(save->ticket, true, at(9'000)).safe_batches.size() == 1u);
}

// I1: otherwise the next start would read what was deleted.
BOOST_AUTO_TEST_CASE(what_the_table_had_does_not_take_the_place_of_what_an_operator_does) {
  store_writer.next(at(0));
  table.put(stored_row(1, wire::RegisterKind::comment), {}, true);
  wire::Register deletion = stored_row(1, wire::RegisterKind::comment);
  deletion.rank = 1;
  store_writer.own({deletion}, 5, at(1));
  const auto save = store_writer.next(at(1));
  BOOST_REQUIRE(save);
  BOOST_REQUIRE(save->rows.size() == 1u);
  BOOST_TEST(save->rows[0].rank == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_lonely_core_wrote_does_not_take_the_place_of_what_stands) {
  wire::Register standing = stored_row(1, wire::RegisterKind::attribute);
  standing.version.side = 2;
  table.put(standing, {}, true);
  const auto before = store_writer.next(at(5'000));
  BOOST_REQUIRE(before);
  store_writer.own({stored_row(1, wire::RegisterKind::attribute)}, 5, at(6'000));
  const auto save = store_writer.next(at(6'000));
  BOOST_REQUIRE(save);
  BOOST_TEST(save->rows.empty());
  BOOST_TEST(store_writer.saved(save->ticket, true, at(6'010)).safe_batches.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_next_core_is_given_what_the_one_before_made) {
  store_writer.own({stored_row(1, wire::RegisterKind::comment)}, 5, at(0));
  const auto save = store_writer.next(at(0));
  store_writer.core_lost();
  const auto released = store_writer.saved(save->ticket, true, at(20));
  BOOST_TEST(released.rows.empty());
  BOOST_TEST(released.of_core_before.size() == 1u);
  BOOST_TEST(released.safe_batches.empty());
}

BOOST_AUTO_TEST_CASE(states_are_on_disk_within_seconds_and_each_once) {
  store_writer.next(at(0));
  table.put(stored_row(1), {}, true);
  table.put(stored_row(2), {}, true);
  BOOST_TEST(!store_writer.next(at(1)));
  BOOST_REQUIRE(store_writer.next(at(5'000)));
  BOOST_TEST(!store_writer.next(at(10'000)));
}

BOOST_AUTO_TEST_CASE(what_people_did_elsewhere_goes_there_at_once) {
  store_writer.next(at(0));
  table.put(stored_row(1, wire::RegisterKind::downtime), {}, true);
  const auto save = store_writer.next(at(1));
  BOOST_REQUIRE(save);
  BOOST_TEST(save->rows.size() == 1u);
}

// F45, F47: the file was removed or damaged while in use.
BOOST_AUTO_TEST_CASE(what_was_lost_on_disk_is_saved_again) {
  table.put(stored_row(1), {}, true);
  table.put(stored_row(2, wire::RegisterKind::comment), {}, true);
  store_writer.restored();
  BOOST_TEST(!store_writer.next(at(100'000)));
  store_writer.lost();
  const auto save = store_writer.next(at(100'001));
  BOOST_REQUIRE(save);
  BOOST_TEST(save->rows.size() == 2u);
  BOOST_TEST(!store_writer.next(at(200'000)));
}

BOOST_AUTO_TEST_CASE(a_slow_disk_is_not_given_more_than_it_can_take) {
  store_writer.next(at(0));
  for (std::uint64_t number = 1; number <= 10 * kRowsASave; ++number) table.put(stored_row(number), {}, true);
  std::size_t saves = 0;
  while (store_writer.next(at(5'000 * static_cast<int>(saves + 1)))) ++saves;
  BOOST_TEST(saves == kSavesUnderWay);
  store_writer.saved(1, true, at(50'000));
  BOOST_TEST(store_writer.next(at(60'000)).has_value());
}

BOOST_AUTO_TEST_CASE(a_result_that_was_delivered_before_the_disk_saw_it_is_not_written) {
  wire::ForwardedResult result;
  result.number = 3;
  store_writer.keep(result);
  BOOST_TEST(store_writer.done({{}, 0, 3}));
  BOOST_TEST(!store_writer.next(at(0)));
  store_writer.keep(result);
  const auto save = store_writer.next(at(0));
  BOOST_TEST(save->kept.size() == 1u);
  BOOST_TEST(!store_writer.done({{}, 0, 3}));
  BOOST_TEST(store_writer.next(at(1))->done.size() == 1u);
  BOOST_TEST(store_writer.saved(save->ticket, true, at(2)).safe_results.size() == 1u);
}

// An object is forgotten, and its owner writes it again before the next Save: the store removes after writing.
BOOST_AUTO_TEST_CASE(one_save_does_not_remove_a_register_that_it_writes) {
  store_writer.forget({key_of(stored_row(1)), key_of(stored_row(2))});
  table.put(stored_row(1), {}, true);
  const auto save = store_writer.next(at(10'000));
  BOOST_REQUIRE(save);
  BOOST_TEST(save->rows.size() == 1u);
  BOOST_REQUIRE(save->forgotten.size() == 1u);
  BOOST_TEST((save->forgotten[0] == key_of(stored_row(2))));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(what_has_ended_is_forgotten_after_the_retention_and_not_taken_again) {
  Table table(7);
  wire::Register gone = stored_row(1, wire::RegisterKind::comment);
  gone.rank = 1;
  gone.base_ms = 1'000;
  wire::Register living = stored_row(2, wire::RegisterKind::comment);
  living.base_ms = 1'000;
  table.put(gone, {}, true);
  table.put(living, {}, true);
  table.put(stored_row(3), {}, true);
  table.set_horizon(1'000);
  BOOST_TEST(table.erase_past().empty());
  table.set_horizon(1'001);
  BOOST_TEST(table.erase_past().size() == 1u);
  BOOST_TEST((table.put(gone, {}, true) == Table::Put::older));
  Table fresh(8);
  fresh.put(living, {}, true);
  fresh.put(stored_row(3), {}, true);
  BOOST_TEST(table.digest() == fresh.digest(), "and tables that never had it are equal");
}

BOOST_AUTO_TEST_CASE(a_tombstone_is_final_whatever_the_versions_say) {
  Table table(7);
  wire::Register gone = stored_row(1, wire::RegisterKind::comment);
  gone.rank = 1;
  table.put(gone, {}, true);
  wire::Register later = stored_row(1, wire::RegisterKind::comment);
  later.version = {9, 9, 9, {}};
  BOOST_TEST((table.put(later, {}, true) == Table::Put::older));
}
