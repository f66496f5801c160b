// merlind's saved state and its log: on disk and in memory, always bounded.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "daemon/links/clone_watch.hpp"
#include "daemon/links/refusals.hpp"
#include "daemon/node_book.hpp"
#include "daemon/node_settings.hpp"
#include "daemon/process/log_limiter.hpp"
#include "daemon/process/logging.hpp"
#include "daemon/store/config_history.hpp"
#include "daemon/store/durable_file.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/config/load.hpp"
#include "shared/wire/limits.hpp"
#include "tests/unit/temp_folder.hpp"

using namespace merlin;
using namespace merlin::daemon;
using Condition = RestoredState::Condition;

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

const WallTime kWall{Millis{1'800'000'000'000}};
const cluster::Durable kState{42, 123456789012345678, true, {"new kernel, ticket 7", 1'800'000'060'000}};
const std::string fingerprint_a(64, 'a');
const std::string fingerprint_b(64, 'b');

NodeId id(std::uint8_t last) {
  NodeId made;
  made.bytes[15] = last;
  return made;
}

config::Config conf(const std::string& text) {
  config::LoadResult loaded = config::load_text("node_name = self\n" + text, "/etc/merlin/merlin.conf");
  for (const Error& error : loaded.errors) BOOST_TEST_MESSAGE(error.text());
  BOOST_REQUIRE(loaded.ok());
  return *loaded.config;
}

Now at(std::int64_t ms) { return {SteadyTime(Millis{ms}), kWall + Millis{ms}}; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_state_comes_back_as_it_was_saved) {
  const test::TempFolder folder;
  const DurableFile file(folder.file("state"));
  BOOST_TEST(file.save(kState).ok());
  const RestoredState restored = file.load(kWall);
  BOOST_TEST((restored.condition == Condition::whole));
  BOOST_TEST((restored.state == kState));
  BOOST_REQUIRE(::chmod(file.path().c_str(), 0644) == 0);  // as earlier versions created it
  BOOST_TEST(file.save(kState).ok());
  BOOST_TEST((std::filesystem::status(file.path()).permissions() == static_cast<std::filesystem::perms>(0600)));
}

// As versions without reasons and ends wrote it, and as they still can read it.
BOOST_AUTO_TEST_CASE(a_drain_without_reason_and_end_has_no_lines_for_them) {
  const std::string text = durable_text({42, 7, true, {}});
  BOOST_TEST(text.starts_with("merlin state 1\nterm_limit 42\nhlc_limit 7\ndrained 1\ncheck "));
  BOOST_REQUIRE(parse_durable(text).ok());
  BOOST_TEST((*parse_durable(text) == cluster::Durable{42, 7, true, {}}));
}

BOOST_AUTO_TEST_CASE(a_saved_drain_has_the_bounds_of_an_order) {
  BOOST_TEST(parse_durable(durable_text({42, 7, true, {std::string(wire::kMaxDrainReasonBytes, 'x'), 1}})).ok());
  BOOST_TEST(!parse_durable(durable_text({42, 7, true, {std::string(wire::kMaxDrainReasonBytes + 1, 'x'), 1}})).ok());
  BOOST_TEST(!parse_durable(durable_text({42, 7, true, {"", wire::kEndOfTime_ms}})).ok());
}

// F43 I11
BOOST_AUTO_TEST_CASE(a_state_cut_at_any_byte_is_found_out) {
  const std::string whole = durable_text(kState);
  for (std::size_t length = 0; length < whole.size(); ++length)
    BOOST_TEST(!parse_durable(whole.substr(0, length)).ok(), "cut at " << length);
  BOOST_TEST(!parse_durable(whole + "x").ok());
}

// F44 I11
BOOST_AUTO_TEST_CASE(a_state_with_any_bit_flipped_is_found_out) {
  const std::string whole = durable_text(kState);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    BOOST_TEST(!parse_durable(flipped).ok(), "bit " << bit);
  }
}

// F45
BOOST_AUTO_TEST_CASE(without_its_state_a_node_continues_above_what_it_wrote) {
  const test::TempFolder folder;
  const DurableFile file(folder.file("state"));
  const RestoredState missing = file.load(kWall);
  BOOST_TEST((missing.condition == Condition::missing));
  BOOST_TEST(missing.state.hlc_limit > cluster::hlc_of(kWall + Millis{60'000}), "limits are written up to 60 s ahead");
  BOOST_TEST(!missing.state.drained);

  write(file.path(), "garbage");
  const RestoredState damaged = file.load(kWall);
  BOOST_TEST((damaged.condition == Condition::damaged));
  BOOST_TEST((damaged.state == missing.state));
  BOOST_TEST(read(file.path() + ".damaged") == "garbage", "it is kept for a person");
  BOOST_TEST((file.load(kWall).condition == Condition::missing));

  write(file.path(), std::string(100'000, 'x'));
  BOOST_TEST((file.load(kWall).condition == Condition::damaged), "a huge file is not read into memory");
}

BOOST_AUTO_TEST_CASE(a_state_that_cannot_be_read_or_written_is_said) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.file("state"));
  const DurableFile file(folder.file("state"));
  BOOST_TEST((file.load(kWall).condition != Condition::whole));
  const DurableFile nowhere(folder.file("missing/state"));
  BOOST_TEST(!nowhere.save(kState).ok());
}

BOOST_AUTO_TEST_CASE(a_block_without_fingerprint_trusts_nobody) {
  NodeBook book;
  book.set_config(conf("peer b {\n}\npeer c {\nfingerprint = " + fingerprint_a + "\n}\n"));
  BOOST_TEST(book.block_of(prefixed_fingerprint(fingerprint_b)) == nullptr);
  BOOST_TEST(book.block_of("") == nullptr);
  BOOST_REQUIRE(book.block_of(prefixed_fingerprint(fingerprint_a)) != nullptr);
  BOOST_TEST(book.block_of(prefixed_fingerprint(fingerprint_a))->name == "c");
  BOOST_TEST(!book.learn(prefixed_fingerprint(fingerprint_b), id(2)), "nothing is learned of a stranger");
}

BOOST_AUTO_TEST_CASE(a_block_is_the_node_of_its_certificate_also_after_a_restart) {
  const test::TempFolder folder;
  const config::Config config = conf("peer b {\nfingerprint = " + fingerprint_a + ", " + fingerprint_b + "\n}\n");
  NodeBook book;
  book.set_config(config);
  BOOST_TEST(book.id_of("b").empty());
  BOOST_TEST(book.learn(prefixed_fingerprint(fingerprint_a), id(2)));
  BOOST_TEST(!book.learn(prefixed_fingerprint(fingerprint_a), id(2)), "no news");
  BOOST_TEST(book.learn(prefixed_fingerprint(fingerprint_b), id(3)), "a new id under a known name replaces the old one");
  BOOST_TEST((book.id_of("b") == id(3)));
  BOOST_TEST(book.save(folder.file("known")).ok());

  NodeBook after;
  after.set_config(config);
  after.load(folder.file("known"));
  BOOST_TEST((after.id_of("b") == id(3)));
  after.set_config(conf("peer b {\n}\n"));
  BOOST_TEST(after.id_of("b").empty(), "without the fingerprint the certificate means nothing");
  write(folder.file("known"), "garbage \xff 1 2 3\n");
  NodeBook garbage;
  garbage.set_config(config);
  garbage.load(folder.file("known"));
  BOOST_TEST(garbage.id_of("b").empty());
}

BOOST_AUTO_TEST_CASE(one_node_id_under_two_names_is_noticed) {
  NodeBook book;
  book.set_config(conf("peer b {\nfingerprint = " + fingerprint_a + "\n}\npeer c {\nfingerprint = " + fingerprint_b + "\n}\n"));
  book.learn(prefixed_fingerprint(fingerprint_a), id(2));
  BOOST_TEST(book.caller(prefixed_fingerprint(fingerprint_a), id(2)).also_block == "");
  BOOST_TEST(book.caller(prefixed_fingerprint(fingerprint_b), id(2)).also_block == "b");
}

BOOST_AUTO_TEST_CASE(a_refused_node_is_logged_once_a_minute_and_counted_always) {
  Refusals refusals;
  const RefusedPeer peer{RefusalReason::untrusted, "no", "10.0.0.2:40000", "SHA256:aa", id(2), "", {}};
  BOOST_TEST(refusals.note(peer, at(0)));
  RefusedPeer again = peer;
  again.address = "10.0.0.2:40001";
  for (int i = 1; i < 60; ++i) BOOST_TEST(!refusals.note(again, at(i * 1000)));
  BOOST_TEST(refusals.note(again, at(60'000)));
  BOOST_REQUIRE(refusals.peers().size() == 1);
  BOOST_TEST(refusals.peers().front().count == 61);
  BOOST_TEST(refusals.counts().at(RefusalReason::untrusted) == 61);
  refusals.forget_certificate("SHA256:aa");
  BOOST_TEST(refusals.peers().empty());
}

// F55 I9
BOOST_AUTO_TEST_CASE(ten_thousand_strangers_cost_no_memory) {
  Refusals refusals;
  std::size_t lines = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string address =
        "10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + ":1";
    lines += refusals.note({RefusalReason::not_ours, "garbage", address, "", {}, "", {}}, at(i)) ? 1 : 0;
  }
  BOOST_TEST(refusals.peers().size() == Refusals::kMaxPeers);
  BOOST_TEST(lines <= Refusals::kMaxSources);
  BOOST_TEST(refusals.counts().at(RefusalReason::not_ours) == 10'000);
}

// One machine can have all addresses of a network of IPv6.
BOOST_AUTO_TEST_CASE(strangers_of_one_network_are_one_line_and_one_entry) {
  Refusals refusals;
  std::size_t lines = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string address = "[2001:db8::" + std::to_string(i) + "]:" + std::to_string(i);
    lines += refusals.note({RefusalReason::crowded, "too many", address, "", {}, "", {}}, at(i)) ? 1 : 0;
  }
  BOOST_TEST(lines == 1);
  BOOST_REQUIRE(refusals.peers().size() == 1);
  BOOST_TEST(refusals.peers().front().count == 10'000);
  BOOST_TEST(refusals.note({RefusalReason::crowded, "too many", "[2001:db8:0:1::1]:1", "", {}, "", {}}, at(10'000)));
}

// F59
BOOST_AUTO_TEST_CASE(two_machines_with_one_node_id_are_found_a_restart_is_none) {
  CloneWatch watch;
  watch.note_swap(id(2), SteadyTime(Millis{0}));
  watch.note_swap(id(2), SteadyTime(Millis{30'000}));
  BOOST_TEST(!watch.is_doubled(id(2), SteadyTime(Millis{30'000})));
  watch.note_swap(id(2), SteadyTime(Millis{70'000}));
  BOOST_TEST(!watch.is_doubled(id(2), SteadyTime(Millis{70'000})), "three in more than a minute");
  watch.note_swap(id(2), SteadyTime(Millis{90'000}));
  BOOST_TEST(watch.is_doubled(id(2), SteadyTime(Millis{90'000})));
  BOOST_TEST(!watch.is_doubled(id(3), SteadyTime(Millis{90'000})));
  BOOST_TEST(!watch.is_doubled(id(2), SteadyTime(Millis{150'001})), "it may try again once the other is quiet");
}

BOOST_AUTO_TEST_CASE(one_kind_of_line_cannot_flood_the_log) {
  LogLimiter limiter;
  const std::uint64_t kind = LogLimiter::kind_of("link 1 with 10.0.0.1 is gone: \"a\"");
  BOOST_TEST(kind == LogLimiter::kind_of("link 27 with 192.168.7.1 is gone: \"bcd\""));
  BOOST_TEST(kind != LogLimiter::kind_of("link 1 with 10.0.0.1 is up: \"a\""));
  std::uint64_t written = 0;
  std::uint64_t said_left_out = 0;
  for (int ms = 0; ms < 100'000; ++ms) {
    const auto left_out = limiter.admit(kind, SteadyTime(Millis{ms}));
    written += left_out ? 1 : 0;
    said_left_out += left_out.value_or(0);
  }
  BOOST_TEST(written == LogLimiter::kBurst + 9);
  BOOST_TEST(said_left_out > 80'000, "what was left out is said");
  BOOST_TEST(limiter.admit(LogLimiter::kind_of("something else"), SteadyTime(Millis{100'000})).has_value());
}

// Each would be a kind of its own, and together they would leave no room for other lines.
BOOST_AUTO_TEST_CASE(addresses_and_digests_do_not_make_a_kind) {
  const auto same = [](const std::string& one, const std::string& other) { return LogLimiter::kind_of(one) == LogLimiter::kind_of(other); };
  BOOST_TEST(same("refused link with [2001:db8::1]:4000: too many", "refused link with [fe80:abcd:0:ef::dead]:51234: too many"));
  BOOST_TEST(same("refused link with fe80::a%eth0: too many", "refused link with cafe:babe::b%eth1: too many"));
  BOOST_TEST(same("refused link with 10.0.0.1:4000: too many", "refused link with 192.168.77.3:80: too many"));
  BOOST_TEST(same("untrusted certificate SHA256:9f86d081884c7d65", "untrusted certificate SHA256:60303ae22b998861"));
  BOOST_TEST(same("node 0a1b2c3d is away", "node ffee00112233 is away"));
  BOOST_TEST(!same("cannot reach peer-a: no route", "cannot reach peer-b: no route"));
  BOOST_TEST(!same("added: it is dead", "faded: it is dead"));
  BOOST_TEST(!same("a quoted \"text\" ends", "a quoted \"text\" begins"));
}

BOOST_AUTO_TEST_CASE(many_kinds_together_cannot_flood_it_either) {
  LogLimiter limiter;
  std::uint64_t written = 0;
  for (std::uint64_t kind = 0; kind < 100'000; ++kind) written += limiter.admit(kind, SteadyTime(Millis{5})) ? 1 : 0;
  BOOST_TEST(written == LogLimiter::kBurstOfAll);
}

BOOST_AUTO_TEST_CASE(a_log_goes_on_in_a_new_file_after_a_rotation) {
  const test::TempFolder folder;
  Log log({LogLevel::info, folder.file("log"), false, false});
  log.info("first");
  log.debug("not this");
  log.info("one\nline");
  std::filesystem::rename(folder.file("log"), folder.file("log.1"));
  BOOST_TEST(log.reopen(log.targets()).ok());
  log.error("second");
  BOOST_TEST(read(folder.file("log.1")).find("info: first\n") != std::string::npos);
  BOOST_TEST(read(folder.file("log.1")).find("info: one line\n") != std::string::npos);
  BOOST_TEST(read(folder.file("log.1")).find("not this") == std::string::npos);
  BOOST_TEST(read(folder.file("log")).find("error: second\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_opened_is_said_and_stops_nothing) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.file("log"));
  Log log({LogLevel::error, folder.file("log"), false, false});
  BOOST_TEST(log.failure() != "");
  log.info("this goes nowhere");
}

// Whoever can write in its folder would otherwise have merlind append to any file of its own, such as its key.
BOOST_AUTO_TEST_CASE(a_log_is_not_written_through_a_link) {
  const test::TempFolder folder;
  std::ofstream(folder.file("key.pem")) << "key";
  std::filesystem::create_symlink(folder.file("key.pem"), folder.file("log"));
  Log log({LogLevel::info, folder.file("log"), false, false});
  BOOST_TEST(log.failure().find("it is a link") != std::string::npos);
  log.info("first");
  log.retry();
  log.info("second");
  BOOST_TEST(read(folder.file("key.pem")) == "key");
  std::filesystem::remove(folder.file("log"));
  log.retry();
  BOOST_TEST(log.failure() == "");
  log.info("third");
  BOOST_TEST(read(folder.file("log")).find("info: third\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_goes_on_by_itself_once_it_can_be_written_behind_a_line_that_was_cut_off) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.file("log"));
  Log log({LogLevel::info, folder.file("log"), false, false});
  log.retry();
  BOOST_TEST(log.failure() != "");
  std::filesystem::remove(folder.file("log"));
  std::ofstream(folder.file("log")) << "cut o";
  log.retry();
  log.info("again");
  BOOST_TEST(log.failure() == "");
  const std::string text = read(folder.file("log"));
  BOOST_TEST(text.starts_with("cut o\n"));
  BOOST_TEST(text.find("warning: the log could not be written, lines are missing: ") != std::string::npos);
  BOOST_TEST(text.ends_with("info: again\n"));
}

BOOST_AUTO_TEST_CASE(a_reload_says_what_changed_and_touches_nothing_else) {
  const config::Config before = conf("peer b {\naddress = 10.0.0.2\n}\npeer c {\n}\n");
  const ConfigChanges none = config_changes(before, before);
  BOOST_TEST(none.lines.empty());
  BOOST_TEST(none.settings.keys.empty());

  const ConfigChanges changes = config_changes(before, conf("port = 15552\npeer b {\naddress = 10.0.0.3\n}\npeer d {\n}\n"));
  const std::set<std::string> lines(changes.lines.begin(), changes.lines.end());
  BOOST_TEST(lines.contains("peer b changed"));
  BOOST_TEST(lines.contains("peer c removed"));
  BOOST_TEST(lines.contains("peer d added"));
  BOOST_TEST(lines.contains("port: merlind listens on the new address"));
  BOOST_TEST(!lines.contains("settings changed"));
  BOOST_TEST(changes.settings.has(config::Effect::listening));
  BOOST_TEST(!changes.settings.has(config::Effect::links));
  BOOST_TEST(config_changes(before, conf("cluster = other\n")).settings.has(config::Effect::links));
  const auto pushing = config_changes(conf(""), conf("daemon {\nobject_config {\nauto = push\n}\n}\n"));
  BOOST_TEST((pushing.lines == std::vector<std::string>{"automatic pushes: merlind starts them at its next start", "settings changed"}));
}

BOOST_AUTO_TEST_CASE(the_history_of_configurations_is_bounded_and_survives_what_is_damaged) {
  const test::TempFolder folder;
  ConfigHistory history;
  BOOST_TEST(!history.note(0));
  BOOST_TEST(history.note(1));
  BOOST_TEST(!history.note(1));
  BOOST_TEST(history.note(2));
  BOOST_TEST(history.note(1));
  BOOST_TEST((history.digests() == std::vector<std::uint64_t>{1, 2, 1}), "one that came back is there twice");
  BOOST_TEST((history.before_the_last() == std::vector<std::uint64_t>{2, 1}));
  BOOST_REQUIRE(history.save(folder.file("config_history")).ok());
  ConfigHistory read;
  read.load(folder.file("config_history"));
  BOOST_TEST((read.digests() == history.digests()));
  for (std::uint64_t digest = 10; digest < 500; ++digest) history.note(digest);
  BOOST_TEST(history.digests().size() == kLongestConfigHistory);
  BOOST_TEST(history.digests().back() == 499U);
  BOOST_TEST((parse_config_history("x\n0000000000000007\n\n7\n0000000000000000\nfffffffffffffffff\n") == std::vector<std::uint64_t>{7}));
  read.load(folder.file("missing"));
  BOOST_TEST(read.digests().empty());
  BOOST_TEST(read.before_the_last().empty());
}
