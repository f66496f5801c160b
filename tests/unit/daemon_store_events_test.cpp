// Events in the store: written events are read back, no gap arises, old events are removed, and damage is detected.
#include <boost/test/unit_test.hpp>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/store_query.hpp"
#include "tests/unit/daemon_store_support.hpp"

using namespace store_test;

namespace {

const cluster::StreamKey kOne{*NodeId::from_bytes("sixteen bytes id"), 11};
const cluster::StreamKey kTwo{*NodeId::from_bytes("another node's 1"), 0xF000'0000'0000'0001};

wire::Event event(std::uint64_t number, std::int64_t time_ms = 0) {
  wire::Event made;
  made.time_ms = time_ms == 0 ? static_cast<std::int64_t>(1'000 * number) : time_ms;
  made.kind = number % 2 == 0 ? wire::EventKind::comment : wire::EventKind::alert;
  made.host = "host" + std::to_string(number % 3);
  made.service = number % 4 == 0 ? "" : std::string("disk \xff", 6);
  made.text = "event " + std::to_string(number);
  return made;
}

cluster::EventRun run(const cluster::StreamKey& stream, std::uint64_t first, std::uint64_t last) {
  cluster::EventRun made{stream, first, false, {}};
  for (std::uint64_t number = first; number <= last; ++number) made.events.push_back(event(number));
  return made;
}

cluster::Save with(std::vector<cluster::EventRun> runs) {
  cluster::Save made;
  made.ticket = 1;
  made.events = std::move(runs);
  return made;
}

// The stored events of the stream, as "first-last".
std::string range(const StoreFile& file, const cluster::StreamKey& stream) {
  for (const wire::EventMark& mark : file.streams()) {
    if (mark.node == stream.node && mark.epoch == stream.epoch) return std::to_string(mark.first) + "-" + std::to_string(mark.last);
  }
  return "none";
}

std::vector<std::string> texts(StoreFile& file, const cluster::StreamKey& stream, std::uint64_t first, std::uint64_t last) {
  const auto got = file.read_events({{}, stream, first, last});
  BOOST_REQUIRE(!got.fault);
  std::vector<std::string> all;
  for (const wire::Event& found : got.value.events) all.push_back(found.text);
  return all;
}

struct Opened {
  Opened() { BOOST_REQUIRE(!file.open().fault); }
  Folder folder;
  StoreFile file{folder.place()};
  void put(std::vector<cluster::EventRun> runs) { BOOST_REQUIRE(!file.write(batch(with(std::move(runs))))); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(store_events, Opened)

BOOST_AUTO_TEST_CASE(what_was_written_is_read_and_known_after_reopening) {
  put({run(kOne, 1, 40), run(kTwo, 1, 3)});
  put({run(kOne, 41, 50)});
  BOOST_TEST(texts(file, kOne, 39, 42) == (std::vector<std::string>{"event 39", "event 40", "event 41", "event 42"}),
             boost::test_tools::per_element());
  file.close();
  StoreFile again(folder.place());
  const OpenedStore opened = again.open();
  BOOST_REQUIRE(!opened.fault);
  BOOST_TEST(opened.held.streams.size() == 2u);
  BOOST_TEST(range(again, kOne) == "1-50");
  BOOST_TEST(range(again, kTwo) == "1-3");
  BOOST_TEST(again.events() == 53u);
  BOOST_TEST(texts(again, kOne, 50, 60).size() == 1u);
  BOOST_TEST(texts(again, {kOne.node, 12}, 1, 5).empty());
}

// Each start of each node leaves a stream.
BOOST_AUTO_TEST_CASE(of_streams_that_have_nothing_any_more_the_last_are_remembered) {
  std::vector<cluster::EventRun> runs{run(kOne, 1, 5)};
  for (std::uint64_t epoch = 1; epoch <= StoreFile::kMostEmptyStreams + 5; ++epoch) {
    runs.push_back(run({kTwo.node, 1'000 + epoch}, 1, 1));
    runs.push_back({{kTwo.node, 1'000 + epoch}, 1, false, {}});
  }
  put(std::move(runs));
  BOOST_TEST(file.streams().size() == StoreFile::kMostEmptyStreams + 6);
  for (int opening = 0; opening < 2; ++opening) {
    file.close();
    BOOST_REQUIRE(!file.open().fault);
    BOOST_TEST(file.streams().size() == StoreFile::kMostEmptyStreams + 1);
    BOOST_TEST(range(file, {kTwo.node, 1'005}) == "none");
    BOOST_TEST(range(file, {kTwo.node, 1'006}) != "none");
  }
  BOOST_TEST(texts(file, kOne, 1, 5).size() == 5u);
}

// Its events were removed, then the disk failed for a moment.
BOOST_AUTO_TEST_CASE(a_stream_that_has_nothing_goes_on_after_a_fault) {
  put({run(kOne, 1, 5)});
  BOOST_REQUIRE(file.remove_oldest(INT64_MAX, SIZE_MAX).value);
  file.close();
  BOOST_REQUIRE(!file.reopen());
  put({run(kOne, 6, 8)});
  BOOST_TEST(range(file, kOne) == "6-8");
}

BOOST_AUTO_TEST_CASE(a_run_that_would_leave_a_gap_is_not_taken_and_one_that_says_so_is) {
  put({run(kOne, 1, 5)});
  put({run(kOne, 9, 12)});
  BOOST_TEST(range(file, kOne) == "1-5");
  cluster::EventRun later = run(kOne, 9, 12);
  later.after_gap = true;
  put({later});
  BOOST_TEST(range(file, kOne) == "9-12");
  BOOST_TEST(texts(file, kOne, 1, 20).empty());
  BOOST_TEST(texts(file, kOne, 9, 20).size() == 4u);
}

BOOST_AUTO_TEST_CASE(the_clock_of_the_alerts_is_kept_with_their_events) {
  const auto with_clock = [](std::uint64_t first, std::uint64_t last, std::uint64_t clock) {
    cluster::EventRun made = run(kOne, first, last);
    made.alert_clock = clock;
    return made;
  };
  const auto kept = [&] {
    file.close();
    return file.open().held.alert_clock;
  };
  BOOST_TEST(kept() == 0u);
  put({with_clock(1, 5, 0x8000'0000'0000'0001)});
  BOOST_TEST(kept() == 0x8000'0000'0000'0001u);
  put({run(kOne, 6, 7), run(kTwo, 1, 2)});
  BOOST_TEST(kept() == 0x8000'0000'0000'0001u, "they are of no alert");
  put({with_clock(9, 10, 0x8000'0000'0000'0009)});
  BOOST_TEST(kept() == 0x8000'0000'0000'0001u, "that would leave a gap");
  file.close();
  BOOST_TEST(file.open(true).begun_anew);
  BOOST_TEST(kept() == 0x8000'0000'0000'0001u, "other nodes have the events");
}

BOOST_AUTO_TEST_CASE(a_run_replaces_what_stood_from_its_first_number_on) {
  put({run(kOne, 1, 10)});
  put({run(kOne, 4, 6)});
  BOOST_TEST(range(file, kOne) == "1-6");
  put({{kOne, 3, false, {}}});
  BOOST_TEST(range(file, kOne) == "1-2");
  BOOST_TEST(texts(file, kOne, 1, 10).size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_empty_journal_lasts) {
  put({run(kOne, 1, 10)});
  cluster::Save fresh = with({run(kTwo, 1, 2)});
  fresh.without_events = true;
  BOOST_REQUIRE(!file.write(batch(std::move(fresh))));
  file.close();
  StoreFile again(folder.place());
  const OpenedStore opened = again.open();
  BOOST_REQUIRE(!opened.fault);
  BOOST_TEST(range(again, kOne) == "none");
  BOOST_TEST(range(again, kTwo) == "1-2");
}

BOOST_AUTO_TEST_CASE(events_are_found_by_host_service_kind_and_time) {
  put({run(kOne, 1, 12), run(kTwo, 1, 12)});
  EventQuery query;
  query.limit = 100;
  auto found = file.find_events(query).value;
  BOOST_TEST(!found.error);
  BOOST_TEST(found.events.size() == 24u);
  BOOST_TEST(found.arrival == 24u);
  BOOST_TEST(!found.more);
  BOOST_TEST((found.events[0].stream == std::min(kOne, kTwo)), "the same order on every node: by time, then stream");
  BOOST_TEST((found.events[1].stream == std::max(kOne, kTwo)));
  query.limit = 5;
  found = file.find_events(query).value;
  BOOST_TEST(found.events.size() == 5u);
  BOOST_TEST(found.more);
  BOOST_TEST(found.events.back().number == 12u, "the newest");
  query = {"host0", std::nullopt, wire::EventKind::comment, 3'000, 0, 100};
  BOOST_TEST(file.find_events(query).value.events.size() == 4u, "6 and 12 of both streams");
  query = {std::nullopt, "", std::nullopt, INT64_MIN, 0, 100};
  BOOST_TEST(file.find_events(query).value.events.size() == 6u, "of hosts themselves");
  query = {std::nullopt, std::nullopt, std::nullopt, INT64_MIN, 20, 3};
  found = file.find_events(query).value;
  BOOST_TEST(found.events.size() == 3u, "what came later");
  BOOST_TEST(found.arrival == 23u, "and the rest with the next question");
  BOOST_TEST(found.store == file.epoch());
  query = {std::nullopt, std::nullopt, std::nullopt, INT64_MIN, 0, 3};
  found = file.find_events(query).value;
  BOOST_TEST(found.arrival == 3u, "from the beginning: the first ones, not the newest");
}

BOOST_AUTO_TEST_CASE(what_is_past_is_removed_from_the_oldest_on) {
  put({run(kOne, 1, 3'000), run(kTwo, 2'990, 2'990)});
  cluster::EventRun one = run(kTwo, 1, 1);
  put({one});
  while (file.remove_oldest(2'500'000, UINT64_MAX).value) continue;
  BOOST_TEST(range(file, kOne) == "2500-3000");
  BOOST_TEST(range(file, kTwo) == "2-1", "empty, and its numbers go on");
  put({run(kTwo, 2, 2)});
  BOOST_TEST(range(file, kTwo) == "2-2");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_great_gives_up_its_oldest_events) {
  put({run(kOne, 1, 30'000)});
  int steps = 0;
  while (steps < 100 && file.remove_oldest(INT64_MIN, 1024 * 1024).value) ++steps;
  BOOST_TEST(steps > 3);
  BOOST_TEST(steps < 100);
  const auto streams = file.streams();
  BOOST_TEST(streams[0].first > 1u);
  BOOST_TEST(streams[0].first < 30'000u);
  BOOST_TEST(streams[0].last == 30'000u);
}

// I11
BOOST_AUTO_TEST_CASE(a_flipped_byte_is_found_and_nothing_of_it_is_told) {
  put({run(kOne, 1, 10)});
  file.close();
  {
    sqlite::Database damage(folder.store(), SQLITE_OPEN_READWRITE);
    BOOST_REQUIRE(damage.run("UPDATE events SET content = replace(content, CAST('event 7' AS BLOB), CAST('event 8' AS BLOB))"));
  }
  BOOST_REQUIRE(!file.open().fault);
  const auto read = file.read_events({{}, kOne, 1, 10});
  BOOST_REQUIRE(read.fault.has_value());
  BOOST_TEST(read.fault->is_damaged);
  BOOST_TEST(read.value.events.empty());
  EventQuery query;
  query.limit = 10;
  BOOST_TEST(file.find_events(query).fault.has_value());
}

// A store of the previous version is still used.
BOOST_AUTO_TEST_CASE(an_older_store_is_brought_up_to_date) {
  BOOST_REQUIRE(!file.write(batch(save(1, {check_row(1, 1)}))));
  const std::uint64_t epoch = file.epoch();
  file.close();
  {
    sqlite::Database older(folder.store(), SQLITE_OPEN_READWRITE);
    BOOST_REQUIRE(older.run("DROP TABLE events; DROP TABLE streams; PRAGMA user_version = 1"));
  }
  StoreFile again(folder.place());
  const OpenedStore opened = again.open();
  BOOST_REQUIRE(!opened.fault);
  BOOST_TEST(!opened.begun_anew);
  BOOST_TEST(opened.held.rows.size() == 1u);
  BOOST_TEST(again.epoch() == epoch);
  BOOST_REQUIRE(!again.write(batch(with({run(kOne, 1, 2)}))));
  BOOST_TEST(range(again, kOne) == "1-2");
}

BOOST_AUTO_TEST_SUITE_END()
