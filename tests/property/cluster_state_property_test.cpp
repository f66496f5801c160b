// State that is the same everywhere: version clocks only grow, and merging tables is commutative, associative and
// idempotent, whatever the order of the rows.
#include "shared/cluster/state/table.hpp"
#include "shared/cluster/state/versions.hpp"
#include "tests/property/properties.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using namespace merlin::property;

wire::Register any_row() {
  wire::Register row;
  row.object = {*rc::gen::inRange<std::uint64_t>(1, 6), *rc::gen::inRange<std::uint64_t>(0, 2)};
  row.version.term = *rc::gen::inRange<std::uint64_t>(0, 3);
  row.version.side = *rc::gen::inRange<std::uint32_t>(0, 3);
  row.version.hlc = *rc::gen::inRange<std::uint64_t>(0, 5);
  row.version.writer.bytes[0] = *rc::gen::inRange<std::uint8_t>(0, 3);
  // Each version is made only once, so equal versions mean equal rows.
  row.value = std::to_string(row.object.host) + "/" + std::to_string(row.version.term) + "/" + std::to_string(row.version.side) + "/" +
              std::to_string(row.version.hlc) + "/" + std::to_string(row.version.writer.bytes[0]);
  return row;
}

std::vector<wire::Register> any_rows() {
  std::vector<wire::Register> rows;
  const auto count = *rc::gen::inRange<std::size_t>(0, 30);
  for (std::size_t number = 0; number < count; ++number) rows.push_back(any_row());
  return rows;
}

void put_all(Table& table, const std::vector<wire::Register>& rows) {
  for (const wire::Register& row : rows) table.put(row, {}, false);
}

std::map<ObjectKey, std::string> content(const Table& table) {
  std::map<ObjectKey, std::string> rows;
  for (auto change = table.after(0); change != table.end(); ++change) rows[change->second->content.object] = change->second->content.value;
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tables_end_equal_in_whatever_order_rows_come) {
  check("commutative and associative", [] {
    const auto rows = any_rows();
    const auto more = any_rows();
    Table one(1);
    Table other(2);
    put_all(one, rows);
    put_all(one, more);
    put_all(other, {more.rbegin(), more.rend()});
    put_all(other, {rows.rbegin(), rows.rend()});
    RC_ASSERT((content(one) == content(other)));
    RC_ASSERT(one.digest() == other.digest());
    RC_ASSERT(one.differing(other.bucket_digests()).empty());
  });
}

// F54 I3
BOOST_AUTO_TEST_CASE(rows_that_come_again_change_nothing) {
  check("idempotent", [] {
    const auto rows = any_rows();
    Table table(1);
    put_all(table, rows);
    const std::uint64_t digest = table.digest();
    const std::uint64_t head = table.head();
    put_all(table, rows);
    RC_ASSERT(table.digest() == digest);
    RC_ASSERT(table.head() == head);
  });
}

BOOST_AUTO_TEST_CASE(rows_in_differing_buckets_are_all_that_differ) {
  check("what is not in a differing bucket is equal", [] {
    Table one(1);
    Table other(2);
    put_all(one, any_rows());
    put_all(other, any_rows());
    const auto buckets = one.differing(other.bucket_digests());
    for (auto change = one.after(0); change != one.end(); ++change) {
      const wire::Register& row = change->second->content;
      const RegisterKey key = key_of(row);
      if (std::find(buckets.begin(), buckets.end(), Table::bucket_of(key)) != buckets.end()) continue;
      Row* same = other.find(key);
      RC_ASSERT(same != nullptr);
      RC_ASSERT((same->content.version == row.version));
    }
  });
}

BOOST_AUTO_TEST_CASE(changes_are_numbered_in_the_order_they_came) {
  check("each row once, the newest last", [] {
    Table table(1);
    std::uint64_t changes = 0;
    for (const wire::Register& row : any_rows()) {
      if (table.put(row, {}, false) != Table::Put::newer) continue;
      ++changes;
      RC_ASSERT(std::prev(table.end())->second->content.value == row.value);
    }
    RC_ASSERT(table.head() == changes);
    RC_ASSERT(static_cast<std::size_t>(std::distance(table.after(0), table.end())) == table.size());
  });
}

BOOST_AUTO_TEST_CASE(the_version_clock_only_grows) {
  check("whatever the wall clock does and others say", [] {
    HybridClock clock;
    std::uint64_t last = 0;
    const auto steps = *rc::gen::container<std::vector<std::pair<bool, std::int64_t>>>(
        rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::int64_t>(-1'000'000, 2'000'000'000'000)));
    for (const auto& [observed, value] : steps) {
      const WallTime wall{Millis{value}};
      if (observed) {
        clock.observe(hlc_of(wall));
        last = std::max(last, hlc_of(wall));
        continue;
      }
      const std::uint64_t next = clock.next(wall);
      RC_ASSERT(next > last);
      RC_ASSERT(next >= hlc_of(wall));
      last = next;
    }
  });
}
