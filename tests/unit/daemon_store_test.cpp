// The store as seen by the loop: answers in the order of the tickets, a loop that is never blocked, and nothing lost when
// the disk works again.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "daemon/process/clocks.hpp"
#include "daemon/store/store.hpp"
#include "daemon/store/store_batch.hpp"
#include "tests/unit/daemon_store_support.hpp"

using namespace store_test;

namespace {

// A store in a loop that runs until a condition is true; measures the longest time for which the loop was blocked.
class Running {
 public:
  explicit Running(const Folder& folder) : heartbeat_(loop_) {
    StoreEvents events;
    events.on_saved = [this](std::uint64_t ticket, bool ok) { answers.emplace_back(ticket, ok); };
    events.on_line = [this](LogLevel level, const std::string& line) { lines.push_back({level, line}); };
    events.on_lost = [this] { ++lost; };
    store.emplace(loop_, folder.place(), std::move(events));
    heartbeat_.set<Running, &Running::heartbeat>(this);
    heartbeat_.start(0.01, 0.01);
    held = store->open();
  }

  template <class Test>
  bool turn_until(Test test, Millis limit = Millis{8'000}) {
    const SteadyTime end = read_clocks().steady + limit;
    last_ = read_clocks().steady;
    while (!test()) {
      if (read_clocks().steady > end) return false;
      loop_.run(ev::ONCE);
    }
    return true;
  }
  bool turn_until_answered(std::uint64_t ticket, bool ok) {
    return turn_until([&] { return !answers.empty() && answers.back() == std::pair(ticket, ok); });
  }
  std::size_t count(LogLevel level, const std::string& text) const {
    std::size_t found = 0;
    for (const StoreLine& line : lines) found += line.level == level && line.text.find(text) != std::string::npos ? 1u : 0u;
    return found;
  }
  StoreStatus status() const { return store->status(read_clocks().steady); }

  std::vector<std::pair<std::uint64_t, bool>> answers;
  std::vector<StoreLine> lines;
  int lost = 0;
  cluster::Stored held;
  Millis longest_pause{0};

 private:
  void heartbeat() noexcept {
    const SteadyTime now = read_clocks().steady;
    longest_pause = std::max(longest_pause, now - last_);
    last_ = now;
  }

  ev::dynamic_loop loop_;
  ev::timer heartbeat_;
  SteadyTime last_{};

 public:
  std::optional<Store> store;
};

bool finish(Running& running) {
  running.store->finish();
  return running.turn_until([&] { return running.store->finished(); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(answers_come_in_order_and_what_they_say_is_on_disk) {
  const Folder folder;
  {
    Running running(folder);
    BOOST_TEST(running.held.rows.empty());
    for (std::uint64_t ticket = 1; ticket <= 2000; ++ticket) running.store->save(save(ticket, {check_row(ticket % 50, ticket)}));
    BOOST_REQUIRE(running.turn_until_answered(2000, true));
    BOOST_REQUIRE(running.answers.size() == 2000u);
    for (std::uint64_t i = 0; i < 2000; ++i) BOOST_REQUIRE(running.answers[i] == std::pair(i + 1, true));
    BOOST_TEST(running.status().rows == 50u);
    BOOST_TEST(running.status().pending == 0u);
    // Killed here: nothing is flushed.
  }
  Running again(folder);
  const Rows held = by_key(again.held.rows);
  BOOST_TEST(held.size() == 50u);
  BOOST_TEST(held.at(cluster::key_of(check_row(0, 0))).rank == 2000u);
}

BOOST_AUTO_TEST_CASE(what_waits_is_flushed_at_the_end) {
  const Folder folder;
  {
    Running running(folder);
    for (std::uint64_t ticket = 1; ticket <= 100; ++ticket) running.store->save(save(ticket, {comment_row(ticket, ticket)}));
    BOOST_REQUIRE(finish(running));
    BOOST_TEST(running.status().pending == 0u);
    running.store->save(save(101, {comment_row(101, 101)}));  // too late, but harmless
  }
  Running again(folder);
  BOOST_TEST(again.held.rows.size() == 100u);
  BOOST_TEST(folder.named("-wal").size() <= 1u);
}

BOOST_AUTO_TEST_CASE(many_tickets_share_a_commit) {
  const Folder folder;
  Running running(folder);
  const SteadyTime begun = read_clocks().steady;
  for (std::uint64_t ticket = 1; ticket <= 20'000; ++ticket) running.store->save(save(ticket, {check_row(ticket, 1)}));
  BOOST_REQUIRE(running.turn_until_answered(20'000, true));
  BOOST_TEST_MESSAGE("20,000 tickets of one row: " << (read_clocks().steady - begun).count() << " ms");
  // A separate commit for each would have restarted sqlite's log once per 1,000 pages, at least 20 times: its header counts.
  const std::string log = read(folder.store() + "-wal");
  BOOST_REQUIRE(log.size() > 16u);
  BOOST_TEST(static_cast<unsigned>(log[15]) < 15u);
}

BOOST_AUTO_TEST_CASE(a_lock_of_another_process_delays_the_store_alone) {
  const Folder folder;
  Running running(folder);
  running.store->save(save(1, {check_row(1, 1)}));
  BOOST_REQUIRE(running.turn_until_answered(1, true));
  sqlite::Database other(folder.store(), SQLITE_OPEN_READWRITE);
  BOOST_REQUIRE(other.run("BEGIN IMMEDIATE"));
  running.store->save(save(2, {check_row(2, 2)}));
  BOOST_TEST(!running.turn_until([&] { return running.answers.size() > 1; }, Millis{1'500}));
  BOOST_TEST(running.longest_pause.count() < 400);
  BOOST_TEST(running.status().pending == 1u);
  BOOST_REQUIRE(other.run("ROLLBACK"));
  BOOST_REQUIRE(running.turn_until_answered(2, true));
  BOOST_TEST((running.status().state == StoreStatus::State::well));
}

BOOST_AUTO_TEST_CASE(a_lock_that_stays_is_said_once_and_what_waited_is_written_when_it_goes) {
  const Folder folder;
  Running running(folder);
  sqlite::Database other(folder.store(), SQLITE_OPEN_READWRITE);
  BOOST_REQUIRE(other.run("BEGIN IMMEDIATE"));
  running.store->save(save(1, {comment_row(1, 1), check_row(2, 1)}));
  BOOST_REQUIRE(running.turn_until_answered(1, false));
  running.store->save(save(2, {check_row(2, 2)}));
  BOOST_REQUIRE(running.turn_until_answered(2, false));
  BOOST_TEST(running.count(LogLevel::error, "another process has locked it") == 1u);
  BOOST_TEST((running.status().state == StoreStatus::State::failing));
  BOOST_REQUIRE(running.status().fault.has_value());
  BOOST_TEST(running.status().fault->fix.find("fuser") != std::string::npos);
  BOOST_TEST(running.status().pending == 2u);
  BOOST_REQUIRE(other.run("ROLLBACK"));
  BOOST_REQUIRE(running.turn_until([&] { return running.status().state == StoreStatus::State::well; }));
  BOOST_REQUIRE(running.turn_until([&] { return running.count(LogLevel::warning, "works again") == 1; }));
  BOOST_TEST(running.status().last_error == "another process has locked it");
  BOOST_REQUIRE(finish(running));
  StoreFile file(folder.place());
  const Rows held = by_key(file.open().held.rows);
  BOOST_TEST(equal(held.at(cluster::key_of(comment_row(1, 0))), comment_row(1, 1)));
  BOOST_TEST(equal(held.at(cluster::key_of(check_row(2, 0))), check_row(2, 2)));
}

BOOST_AUTO_TEST_CASE(a_store_that_cannot_be_opened_is_opened_when_it_can) {
  const Folder folder;
  const std::string folder_in_the_way = folder.store() + ".new";
  std::filesystem::create_directory(folder_in_the_way);
  write(folder_in_the_way + "/x", "");
  Running running(folder);
  BOOST_TEST(running.count(LogLevel::error, "monitoring continues") == 1u);
  BOOST_TEST((running.status().state == StoreStatus::State::failing));
  running.store->save(save(1, {comment_row(1, 1)}));
  BOOST_REQUIRE(running.turn_until_answered(1, false));
  std::filesystem::remove_all(folder_in_the_way);
  BOOST_REQUIRE(running.turn_until([&] { return running.status().rows == 1; }));
  BOOST_REQUIRE(running.turn_until([&] { return running.count(LogLevel::warning, "works again") == 1; }));
}

BOOST_AUTO_TEST_CASE(a_file_damaged_or_removed_while_in_use_is_replaced_and_the_rest_asked_for) {
  const Folder folder;
  Running running(folder);
  running.store->save(save(1, {comment_row(1, 1)}));
  BOOST_REQUIRE(running.turn_until_answered(1, true));
  const std::uint64_t epoch = running.status().epoch;
  std::filesystem::remove(folder.store());
  running.store->save(save(2, {comment_row(2, 2)}));
  BOOST_REQUIRE(running.turn_until_answered(2, true));
  BOOST_TEST(running.lost == 1);
  BOOST_TEST(running.status().epoch != epoch);
  BOOST_TEST(running.status().rows == 1u);

  write(folder.store(), std::string(100'000, 'x'));
  running.store->save(save(3, {comment_row(3, 3)}));
  BOOST_REQUIRE(running.turn_until([&] { return running.answers.size() == 3; }));
  BOOST_TEST(!folder.named("corrupt").empty());
}

BOOST_AUTO_TEST_CASE(the_end_comes_though_another_process_holds_the_lock) {
  const Folder folder;
  Running running(folder);
  sqlite::Database other(folder.store(), SQLITE_OPEN_READWRITE);
  BOOST_REQUIRE(other.run("BEGIN IMMEDIATE"));
  running.store->save(save(1, {comment_row(1, 1)}));
  const SteadyTime begun = read_clocks().steady;
  BOOST_REQUIRE(finish(running));
  BOOST_TEST((read_clocks().steady - begun).count() <= (Store::kFlushTime + Millis{500}).count());
  BOOST_TEST(running.status().pending == 1u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_answers_no_and_everything_is_written_when_there_is_room,
                     *boost::unit_test::precondition(DiskCanBeMade())) {
  const SmallDisk disk;
  const Folder folder(disk.path());
  std::optional<Running> running(folder);
  disk.fill();
  std::vector<wire::Register> rows;
  for (std::uint64_t i = 0; i < 1000; ++i) rows.push_back(comment_row(i, i));
  running->store->save(save(1, rows));
  BOOST_REQUIRE(running->turn_until_answered(1, false));
  running->store->save(save(2, {comment_row(0, 7)}));
  BOOST_REQUIRE(running->turn_until_answered(2, false));
  BOOST_TEST(running->count(LogLevel::error, "No space left on device") == 1u);
  disk.make_room();
  BOOST_REQUIRE(running->turn_until([&] { return running->status().rows == 1000; }));
  running.reset();
  StoreFile file(folder.place());
  const Rows held = by_key(file.open().held.rows);
  BOOST_TEST(held.size() == 1000u);
  BOOST_TEST(equal(held.at(cluster::key_of(comment_row(0, 0))), comment_row(0, 7)));
}

BOOST_AUTO_TEST_CASE(a_cluster_of_110000_rows_is_read_in_well_under_a_second) {
  const Folder folder;
  {
    std::vector<wire::Register> rows;
    for (std::uint64_t i = 0; i < 110'000; ++i) rows.push_back(check_row(i * 0x9E37'79B9'7F4A'7C15, i));
    StoreFile file(folder.place());
    BOOST_REQUIRE(!file.open().fault);
    const SteadyTime begun = read_clocks().steady;
    BOOST_REQUIRE(!file.write(batch(save(1, std::move(rows)))));
    BOOST_TEST_MESSAGE("110,000 rows written in " << (read_clocks().steady - begun).count() << " ms");
  }
  const SteadyTime begun = read_clocks().steady;
  Running running(folder);
  const Millis took = read_clocks().steady - begun;
  BOOST_TEST(running.held.rows.size() == 110'000u);
  BOOST_TEST_MESSAGE("110,000 rows read in " << took.count() << " ms, " << running.status().bytes << " bytes");
  BOOST_TEST(took.count() < 20'000);  // a debug build on a busy machine
}

BOOST_AUTO_TEST_CASE(checks_make_room_for_what_people_did) {
  StoreBatch waiting;
  const std::size_t limit = 100'000;
  std::uint64_t ticket = 0;
  while (waiting.left_out() == 0) {
    ++ticket;
    waiting.add(save(ticket, {check_row(ticket, ticket)}), limit);
  }
  BOOST_TEST(waiting.bytes() <= limit);
  BOOST_TEST(!waiting.tickets().back().whole);
  BOOST_TEST(waiting.tickets().front().whole);
  const std::uint64_t checks = waiting.rows().size();
  waiting.add(save(ticket + 1, {comment_row(1, 1)}), limit);
  BOOST_TEST(waiting.tickets().back().whole);
  BOOST_TEST(!waiting.tickets().front().whole);
  BOOST_TEST(waiting.rows().size() == 1u);
  BOOST_TEST(waiting.left_out() == checks + 1);
  for (std::uint64_t i = 2; waiting.tickets().back().whole; ++i) waiting.add(save(ticket + i, {comment_row(i, i)}), limit);
  BOOST_TEST(waiting.bytes() <= limit);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_written_lies_below_what_came_since) {
  StoreBatch failed = batch(save(1, {comment_row(1, 1), comment_row(2, 1)}));
  cluster::Save newer = save(2, {comment_row(1, 2)});
  newer.forgotten = {cluster::key_of(comment_row(2, 0))};
  StoreBatch waiting = batch(newer);
  const std::size_t bytes = waiting.bytes();
  waiting.put_below(std::move(failed));
  BOOST_TEST(waiting.rows().size() == 2u);
  BOOST_TEST(waiting.bytes() == bytes);
  BOOST_TEST(equal(*waiting.rows().at(cluster::key_of(comment_row(1, 0))), comment_row(1, 2)));
  BOOST_TEST(!waiting.rows().at(cluster::key_of(comment_row(2, 0))).has_value());
  BOOST_TEST(waiting.tickets().size() == 1u);
}
