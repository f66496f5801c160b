// The store's file: written data is there afterwards, whatever happened in between, and no other data is.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <random>

#include "tests/unit/daemon_store_support.hpp"

using namespace store_test;

namespace {

constexpr std::uint64_t kRows = 300;

// A store with that many check rows, as many comments and three forwarded results, closed.
std::vector<wire::Register> fill(const Folder& folder) {
  std::vector<wire::Register> rows;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    rows.push_back(check_row(i, i));
    rows.push_back(comment_row(i, i));
  }
  cluster::Save content = save(1, rows);
  content.kept = {forward(1), forward(2), forward(3)};
  StoreFile file(folder.place());
  BOOST_REQUIRE(!file.open().fault);
  BOOST_REQUIRE(!file.write(batch(content)));
  return rows;
}

// Every restored row was written before; returns the number of rows.
std::size_t known_rows(const std::vector<wire::Register>& written, const cluster::Stored& held) {
  const Rows all = by_key(written);
  for (const wire::Register& row : held.rows) {
    const auto found = all.find(cluster::key_of(row));
    BOOST_REQUIRE(found != all.end());
    BOOST_REQUIRE(equal(found->second, row));
  }
  return by_key(held.rows).size();
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_written_is_there_after_reopening) {
  const Folder folder;
  const std::vector<wire::Register> rows = fill(folder);
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  BOOST_REQUIRE(!opened.fault);
  BOOST_TEST(known_rows(rows, opened.held) == 2 * kRows);
  BOOST_REQUIRE(opened.held.kept.size() == 3u);
  BOOST_TEST(opened.held.kept[2].number == 3u);
  BOOST_TEST(opened.held.kept[2].result.output == "result 3");
  BOOST_TEST(file.rows() == 2 * kRows);
  BOOST_TEST(file.forwards() == 3u);
  BOOST_TEST(opened.said.empty());
  struct stat about {};
  BOOST_REQUIRE(::stat(folder.store().c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_store_that_others_could_read_is_closed_to_them) {
  const Folder folder;
  fill(folder);
  BOOST_REQUIRE(::chmod(folder.store().c_str(), 0644) == 0);
  StoreFile file(folder.place());
  BOOST_REQUIRE(!file.open().fault);
  struct stat about {};
  BOOST_REQUIRE(::stat(folder.store().c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777) == 0600u);
}

// It determines what a node does with comments that only it has (R7).
BOOST_AUTO_TEST_CASE(the_next_start_knows_when_it_was_last_written) {
  const Folder folder;
  const auto wall_ms = [] { return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count(); };
  const std::int64_t before = wall_ms();
  fill(folder);
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  BOOST_TEST(opened.held.saved_ms >= before);
  BOOST_TEST(opened.held.saved_ms <= wall_ms());
}

BOOST_AUTO_TEST_CASE(newer_content_replaces_and_forgotten_rows_are_gone) {
  const Folder folder;
  fill(folder);
  {
    StoreFile file(folder.place());
    BOOST_REQUIRE(!file.open().fault);
    cluster::Save content = save(2, {check_row(0, 5000)});
    content.forgotten = {cluster::key_of(check_row(1, 0)), cluster::key_of(check_row(kRows + 1, 0))};
    content.kept = {forward(4)};
    content.done = {ack(forward(2)), ack(forward(9))};
    BOOST_REQUIRE(!file.write(batch(content)));
    BOOST_TEST(file.rows() == 2 * kRows - 1);
    BOOST_TEST(file.forwards() == 3u);
  }
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  const Rows held = by_key(opened.held.rows);
  BOOST_TEST(held.size() == 2 * kRows - 1);
  BOOST_TEST(equal(held.at(cluster::key_of(check_row(0, 0))), check_row(0, 5000)));
  BOOST_TEST(!held.contains(cluster::key_of(check_row(1, 0))));
  std::vector<std::uint64_t> numbers;
  for (const auto& kept : opened.held.kept) numbers.push_back(kept.number);
  BOOST_TEST(numbers == std::vector<std::uint64_t>({1, 3, 4}), boost::test_tools::per_element());
  BOOST_TEST(file.rows() == 2 * kRows - 1);
  BOOST_TEST(file.forwards() == 3u);
}

BOOST_AUTO_TEST_CASE(the_epoch_stays_until_the_store_is_on_another_machine) {
  const Folder folder;
  fill(folder);
  std::uint64_t first = 0;
  {
    StoreFile file(folder.place());
    BOOST_REQUIRE(!file.open().fault);
    first = file.epoch();
  }
  {
    StoreFile unknown_machine(folder.place(""));
    BOOST_REQUIRE(!unknown_machine.open().fault);
    BOOST_TEST(unknown_machine.epoch() == first);
  }
  std::uint64_t second = 0;
  {
    StoreFile moved(folder.place("two"));
    const OpenedStore opened = moved.open();
    BOOST_TEST(said(opened.said, LogLevel::warning, "another machine"));
    BOOST_TEST(opened.held.rows.size() == 2 * kRows);
    second = moved.epoch();
    BOOST_TEST(second != first);
  }
  StoreFile again(folder.place("two"));
  BOOST_TEST(again.open().said.empty());
  BOOST_TEST(again.epoch() == second);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_store_is_set_aside_and_kept) {
  for (const std::string& content : {std::string(), std::string("not a database"), std::string(8192, '\0')}) {
    const Folder folder;
    write(folder.store(), content);
    StoreFile file(folder.place());
    const OpenedStore opened = file.open();
    BOOST_REQUIRE(!opened.fault);
    BOOST_TEST(opened.begun_anew);
    BOOST_TEST(opened.held.rows.empty());
    BOOST_TEST(said(opened.said, LogLevel::error, opened.set_aside));
    BOOST_TEST(read(opened.set_aside) == content);
    BOOST_TEST(!file.write(batch(save(1, {check_row(1, 1)}))));
  }
  const Folder folder;
  {
    sqlite::Database other(folder.store(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    BOOST_REQUIRE(other.run("CREATE TABLE rows (a, b); INSERT INTO rows VALUES (1, 2)"));
  }
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  BOOST_TEST(said(opened.said, LogLevel::error, "not a store of merlind"));
  BOOST_TEST(std::filesystem::exists(opened.set_aside));
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_merlind_is_set_aside) {
  const Folder folder;
  fill(folder);
  {
    sqlite::Database newer(folder.store(), SQLITE_OPEN_READWRITE);
    BOOST_REQUIRE(newer.run("PRAGMA user_version = 99"));
  }
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  BOOST_REQUIRE(!opened.fault);
  BOOST_TEST(said(opened.said, LogLevel::error, "its version is 99"));
}

BOOST_AUTO_TEST_CASE(what_belongs_to_a_file_that_is_gone_is_not_mixed_into_the_new_one) {
  const Folder folder;
  const std::vector<wire::Register> rows = fill(folder);
  {
    StoreFile file(folder.place());
    BOOST_REQUIRE(!file.open().fault);
    BOOST_REQUIRE(!file.write(batch(save(2, {check_row(0, 5000)}))));
    std::filesystem::copy(folder.store() + "-wal", folder.file("kept-wal"));
  }
  std::filesystem::remove(folder.store());
  std::filesystem::rename(folder.file("kept-wal"), folder.store() + "-wal");
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  BOOST_REQUIRE(!opened.fault);
  BOOST_TEST(opened.held.rows.empty());
  BOOST_TEST(folder.named("corrupt").size() == 1u);
}

BOOST_AUTO_TEST_CASE(rows_that_say_nothing_readable_are_left_out_and_counted) {
  const Folder folder;
  fill(folder);
  wire::Register garbled = check_row(1, 1);
  garbled.value = "\x07\xFF no message";
  {
    StoreFile file(folder.place());
    BOOST_REQUIRE(!file.open().fault);
    BOOST_REQUIRE(!file.write(batch(save(2, {garbled}))));
  }
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  BOOST_REQUIRE(!opened.fault);
  BOOST_TEST(opened.held.rows.size() == 2 * kRows - 1);
  BOOST_TEST(file.rows() == 2 * kRows);
  BOOST_TEST(said(opened.said, LogLevel::warning, "1 rows are ignored"));
}

// A row that an earlier merlind accepted from a hostile peer: it would crash a core at each start.
BOOST_AUTO_TEST_CASE(rows_that_no_merlind_may_have_are_removed_and_counted) {
  const Folder folder;
  fill(folder);
  wire::Register poisoned = comment_row(1, 1);
  wire::CommentRegister comment;
  comment.expire_s = std::int64_t{1} << 62;
  poisoned.value = wire::encode(comment);
  wire::ForwardedResult late = forward(2);
  late.result.finish_ms = std::int64_t{1} << 62;
  {
    StoreFile file(folder.place());
    BOOST_REQUIRE(!file.open().fault);
    cluster::Save content = save(2, {poisoned});
    content.kept = {late};
    BOOST_REQUIRE(!file.write(batch(content)));
  }
  {
    StoreFile file(folder.place());
    const OpenedStore opened = file.open();
    BOOST_REQUIRE(!opened.fault);
    BOOST_TEST(opened.held.rows.size() == 2 * kRows - 1);
    BOOST_TEST(!by_key(opened.held.rows).contains(cluster::key_of(poisoned)));
    BOOST_TEST(opened.held.kept.size() == 2u);
    BOOST_TEST(opened.rejects.count(wire::RejectReason::time) == 2u);
    BOOST_TEST(said(opened.said, LogLevel::warning, "1 rows and 1 forwarded results are rejected and removed"));
    BOOST_TEST(file.rows() == 2 * kRows - 1);
    BOOST_TEST(file.forwards() == 2u);
  }
  StoreFile file(folder.place());
  const OpenedStore opened = file.open();
  BOOST_TEST(opened.rejects.empty());
  BOOST_TEST(opened.said.empty());
}

// Flipped bytes anywhere: no row is read that was not written, and missing rows are reported.
BOOST_AUTO_TEST_CASE(flipped_bytes_are_found_and_never_believed) {
  const Folder source;
  const std::vector<wire::Register> rows = fill(source);
  const std::string whole = read(source.store());
  std::mt19937_64 random(11);
  std::size_t found = 0;
  for (int round = 0; round < 400; ++round) {
    const Folder folder;
    std::string bytes = whole;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    write(folder.store(), bytes);
    StoreFile file(folder.place());
    const OpenedStore opened = file.open();
    BOOST_REQUIRE_MESSAGE(!opened.fault, "round " << round << ": " << (opened.fault ? opened.fault->error.text() : ""));
    const std::size_t known = known_rows(rows, opened.held);
    if (opened.begun_anew) ++found;
    BOOST_REQUIRE_MESSAGE(opened.begun_anew || known == rows.size(),
                          "round " << round << ": " << rows.size() - known << " rows are missing unsaid");
    if (!opened.begun_anew) continue;
    BOOST_REQUIRE(read(opened.set_aside) == bytes || std::filesystem::exists(opened.set_aside));
    BOOST_REQUIRE(said(opened.said, LogLevel::error, "it is kept as"));
    BOOST_REQUIRE(file.rows() == known);
  }
  BOOST_TEST(found > 100u);
}

BOOST_AUTO_TEST_CASE(a_cut_file_is_found_wherever_it_was_cut) {
  const Folder source;
  const std::vector<wire::Register> rows = fill(source);
  const std::string whole = read(source.store());
  std::mt19937_64 random(12);
  for (int round = 0; round < 100; ++round) {
    const Folder folder;
    write(folder.store(), whole.substr(0, random() % whole.size()));
    StoreFile file(folder.place());
    const OpenedStore opened = file.open();
    BOOST_REQUIRE(!opened.fault);
    BOOST_REQUIRE(opened.begun_anew);
    known_rows(rows, opened.held);
    BOOST_REQUIRE(std::filesystem::exists(opened.set_aside));
  }
}

// The log of data that is not in the main file yet, truncated or flipped: the data before it is there, and nothing else.
BOOST_AUTO_TEST_CASE(a_damaged_log_beside_the_file_gives_an_older_state_and_no_other) {
  const Folder source;
  std::vector<wire::Register> rows = fill(source);
  StoreFile running(source.place());
  BOOST_REQUIRE(!running.open().fault);
  const wire::Register late = comment_row(kRows + 1, 1);
  BOOST_REQUIRE(!running.write(batch(save(2, {late}))));
  const std::string main = read(source.store());
  const std::string log = read(source.store() + "-wal");
  BOOST_REQUIRE(!log.empty());
  rows.push_back(late);
  std::mt19937_64 random(13);
  for (int round = 0; round < 100; ++round) {
    const Folder folder;
    write(folder.store(), main);
    std::string bytes = log;
    if (round % 2 == 0) bytes.resize(random() % bytes.size());
    if (round % 2 == 1) bytes[random() % bytes.size()] ^= 1;
    write(folder.store() + "-wal", bytes);
    StoreFile file(folder.place());
    const OpenedStore opened = file.open();
    BOOST_REQUIRE(!opened.fault);
    const std::size_t known = known_rows(rows, opened.held);
    BOOST_REQUIRE(known >= rows.size() - 1);
  }
}

// Killed at any moment: everything that was reported as written is there.
BOOST_AUTO_TEST_CASE(what_was_reported_survives_kill_9) {
  std::mt19937_64 random(14);
  for (int round = 0; round < 25; ++round) {
    const Folder folder;
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      StoreFile file(folder.place());
      if (file.open().fault) ::_exit(1);
      for (std::uint64_t ticket = 1;; ++ticket) {
        cluster::Save content = save(ticket, {check_row(0, ticket), comment_row(ticket, ticket)});
        content.kept = {forward(ticket)};
        if (file.write(batch(content))) ::_exit(1);
        if (::write(ends[1], &ticket, sizeof ticket) != sizeof ticket) ::_exit(1);
      }
    }
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(random() % 60'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_REQUIRE(WIFSIGNALED(status));
    std::uint64_t reported = 0;
    while (::read(ends[0], &reported, sizeof reported) == sizeof reported) continue;
    ::close(ends[0]);

    StoreFile file(folder.place());
    const OpenedStore opened = file.open();
    BOOST_REQUIRE(!opened.fault);
    BOOST_REQUIRE(opened.set_aside.empty());
    const Rows held = by_key(opened.held.rows);
    for (std::uint64_t ticket = 1; ticket <= reported; ++ticket) {
      BOOST_REQUIRE(equal(held.at(cluster::key_of(comment_row(ticket, ticket))), comment_row(ticket, ticket)));
    }
    BOOST_REQUIRE(opened.held.kept.size() >= reported);
    if (reported > 0) BOOST_REQUIRE(held.at(cluster::key_of(check_row(0, 0))).rank >= reported);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_missing_or_forbidden_is_named_with_what_to_do) {
  const Folder folder;
  StoreFile file({folder.file("missing/store.db"), "one"});
  const OpenedStore opened = file.open();
  BOOST_REQUIRE(opened.fault.has_value());
  BOOST_TEST(opened.fault->error.where == folder.file("missing/store.db"));
  BOOST_TEST(opened.fault->error.fix.find("folder") != std::string::npos);
  std::filesystem::create_directory(folder.file("missing"));
  BOOST_TEST(!file.open().fault.has_value());
}

BOOST_AUTO_TEST_CASE(a_full_disk_loses_nothing_and_goes_on_when_there_is_room, *boost::unit_test::precondition(DiskCanBeMade())) {
  const SmallDisk disk;
  const Folder folder(disk.path());
  const std::vector<wire::Register> rows = fill(folder);
  StoreFile file(folder.place());
  BOOST_REQUIRE(!file.open().fault);
  disk.fill();
  std::vector<wire::Register> more;
  for (std::uint64_t i = 0; i < 4000; ++i) more.push_back(comment_row(kRows + i, i));
  const auto fault = file.write(batch(save(2, more)));
  BOOST_REQUIRE(fault.has_value());
  BOOST_TEST(!fault->is_damaged);
  BOOST_TEST(fault->error.what == "No space left on device");
  BOOST_TEST(fault->error.fix == "make room on its disk");
  disk.make_room();
  BOOST_REQUIRE(!file.reopen());
  more.resize(500);
  BOOST_REQUIRE(!file.write(batch(save(2, more))));
  BOOST_TEST(file.rows() == rows.size() + more.size());
}

BOOST_AUTO_TEST_CASE(a_read_only_disk_is_no_damage, *boost::unit_test::precondition(DiskCanBeMade())) {
  const SmallDisk disk;
  const Folder folder(disk.path());
  fill(folder);
  StoreFile file(folder.place());
  BOOST_REQUIRE(!file.open().fault);
  file.close();
  BOOST_REQUIRE(disk.set_read_only(true));
  StoreFile closed(folder.place());
  const OpenedStore opened = closed.open();
  const auto fault = opened.fault ? opened.fault : closed.write(batch(save(2, {check_row(1, 2)})));
  BOOST_REQUIRE(disk.set_read_only(false));
  BOOST_REQUIRE(fault.has_value());
  BOOST_TEST(!fault->is_damaged);
  BOOST_TEST(fault->error.fix.find("writable") != std::string::npos, fault->error.text());
  BOOST_TEST(folder.named("corrupt").empty());
  BOOST_TEST(closed.open().held.rows.size() == 2 * kRows);
}

BOOST_AUTO_TEST_CASE(a_file_taken_away_while_in_use_is_noticed) {
  const Folder folder;
  fill(folder);
  StoreFile file(folder.place());
  BOOST_REQUIRE(!file.open().fault);
  std::filesystem::remove(folder.store());
  const auto fault = file.write(batch(save(2, {check_row(1, 2)})));
  BOOST_REQUIRE(fault.has_value());
  BOOST_TEST(fault->is_damaged);
}
