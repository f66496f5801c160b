// A planned stop of the core loses nothing that its daemon has not stored: the next start sends it, with the same numbers.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "module/shell/spool.hpp"
#include "tests/unit/module_operator_support.hpp"
#include "tests/unit/temp_folder.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

struct Folder : test::TempFolder {
  std::string file() const { return TempFolder::file("merlin.spool"); }
};

Spool sample() {
  Spool spool;
  spool.boot_id = 7;
  spool.last_number = 90;
  for (std::uint64_t item = 1; item <= 40; ++item) {
    wire::Register row;
    row.object = {1, 2};
    row.kind = wire::RegisterKind::comment;
    row.item = item;
    row.value = "value " + std::to_string(item);
    spool.rows.push_back(row);
  }
  for (std::uint64_t number : {11, 13}) {
    wire::CheckResult result;
    result.object = {1, 2};
    result.output = "lines\nand \xFF bytes";
    result.number = number;
    spool.forwards.results.push_back(result);
  }
  wire::Command command;
  command.line = "SCHEDULE_FORCED_SVC_CHECK;web;http;1";
  command.number = 12;
  spool.forwards.commands.push_back(command);
  wire::NotifyDone told;
  told.question = 5;
  told.sent = true;
  told.contacts = 3;
  spool.told.push_back(told);
  return spool;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_was_written_is_read_once, Folder) {
  BOOST_REQUIRE(write_spool(file(), sample()));
  struct stat about {};
  BOOST_REQUIRE(::stat(file().c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777) == 0600u);
  auto read = take_spool(file());
  BOOST_REQUIRE(read.ok());
  BOOST_REQUIRE(read->has_value());
  const Spool& spool = **read;
  BOOST_TEST(spool.boot_id == 7u);
  BOOST_TEST(spool.last_number == 90u);
  BOOST_REQUIRE(spool.rows.size() == 40u);
  BOOST_TEST(spool.rows[39].value == "value 40");
  BOOST_TEST(spool.rows[39].version.writer.empty());
  BOOST_REQUIRE(spool.forwards.results.size() == 2u);
  BOOST_TEST(spool.forwards.results[1].number == 13u);
  BOOST_TEST(spool.forwards.results[1].output == "lines\nand \xFF bytes");
  BOOST_REQUIRE(spool.forwards.commands.size() == 1u);
  BOOST_REQUIRE(spool.told.size() == 1u);
  BOOST_TEST(spool.told[0].contacts == 3u);
  BOOST_REQUIRE(take_spool(file()).ok());
  BOOST_TEST(!take_spool(file())->has_value());
}

BOOST_FIXTURE_TEST_CASE(a_cut_or_flipped_file_is_found_kept_and_not_believed, Folder) {
  BOOST_REQUIRE(write_spool(file(), sample()));
  const std::string whole = content(file());
  std::vector<std::string> wrong = {"", "merlin", "merlin spool 2 1 1 1\n", whole + "more"};
  for (std::size_t place = 0; place < whole.size(); place += 7) {
    wrong.push_back(whole.substr(0, place));
    wrong.push_back(whole);
    wrong.back()[place] ^= 1;
  }
  for (const std::string& bytes : wrong) {
    put(file(), bytes);
    BOOST_REQUIRE(!take_spool(file()).ok());
    BOOST_REQUIRE(content(file() + ".damaged") == bytes);
    BOOST_REQUIRE(!std::filesystem::exists(file()));
  }
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_written_is_an_error_and_nothing_else, Folder) {
  const auto written = write_spool(path() + "/missing/merlin.spool", sample());
  BOOST_REQUIRE(!written.ok());
  BOOST_TEST(written.error().where.find("missing") != std::string::npos);
  std::filesystem::create_symlink("/dev/zero", file());
  BOOST_TEST(!take_spool(file()).ok());
}

BOOST_FIXTURE_TEST_CASE(a_comment_made_without_a_daemon_survives_a_planned_stop, Desk) {
  const Folder folder;
  state_folder = folder.path();
  module->operators().comment_added(core.operator_core.comment(kHttp, "look here"));
  leave(false);
  BOOST_TEST(std::filesystem::exists(folder.file()));
  restart();
  up();
  const auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(value<wire::CommentRegister>(rows[0]).text == "look here");
  BOOST_TEST(rows[0].version.writer.bytes[0] == 1);
  BOOST_TEST(!std::filesystem::exists(folder.file()));
}

// As a core reads its retention file (K7).
void drop_what_is_not_persistent(FakeOperatorCore& core) {
  std::erase_if(core.comments, [](const auto& entry) { return !entry.second.content.persistent; });
}

// The daemon does not send it: it is what this core wrote itself. The other nodes' cores would show it, this one would not.
// I7
BOOST_FIXTURE_TEST_CASE(a_core_shows_again_the_comment_that_it_did_not_keep_over_a_planned_stop, Desk) {
  const Folder folder;
  state_folder = folder.path();
  LocalComment comment = core.operator_core.comment(kHttp, "look here");
  comment.content.persistent = false;
  core.operator_core.comments[comment.id] = comment;
  module->operators().comment_added(comment);
  leave(false);
  drop_what_is_not_persistent(core.operator_core);
  restart();
  BOOST_REQUIRE(core.operator_core.comments.size() == 1u);
  BOOST_TEST(core.operator_core.comments.begin()->second.content.text == "look here");
  up();
  BOOST_TEST(written(RowKind::comment).size() == 1u);
}

// I7
BOOST_FIXTURE_TEST_CASE(an_acknowledgement_shows_its_comment_again_after_a_planned_stop_while_the_core_keeps_it, Desk) {
  const Folder folder;
  state_folder = folder.path();
  acknowledge(kHttp, false);
  acknowledge(kSql, false);
  leave(false);
  drop_what_is_not_persistent(core.operator_core);
  core.operator_core.acknowledgements.erase(kSql);
  restart();
  BOOST_REQUIRE(core.operator_core.comments.size() == 1u);
  BOOST_TEST(core.operator_core.comments.begin()->second.object == kHttp);
}

BOOST_FIXTURE_TEST_CASE(a_forwarded_result_keeps_its_number_and_its_start, Desk) {
  const Folder folder;
  state_folder = folder.path();
  RawResult raw;
  raw.output = "first";
  module->check_done(kSql, false, raw);
  leave(true);
  restart();
  BOOST_REQUIRE(accept());
  run(1);
  BOOST_REQUIRE(said<wire::CoreHello>().size() == 1u);
  BOOST_TEST(said<wire::CoreHello>()[0].boot_id == 42u);
  daemon.hang_up();
  run(2);
  up();
  raw.output = "second";
  module->check_done(kSql, false, raw);
  run(2);
  std::vector<std::pair<std::uint64_t, std::string>> results;
  for (const wire::CoreResults& message : said<wire::CoreResults>()) {
    for (const wire::CheckResult& result : message.results) results.emplace_back(result.number, result.output);
  }
  BOOST_REQUIRE(results.size() == 2u);
  BOOST_TEST(results[0].first == 1u);
  BOOST_TEST(results[0].second == "first");
  BOOST_TEST(results[1].first == 2u);
}

// An isolated core, the data from its planned stop, and its next start.
struct Alone : Desk {
  Alone() { state_folder = folder.path(); }
  void result(int state) {
    core.objects[kHttp].state.current_state = state;
    core.objects[kHttp].state.state_type = 1;
    core.objects[kHttp].state.last_check = core.seconds() * 1000;
    module->check_done(kHttp, true, std::nullopt);
    run(2);
  }
  wire::Register stop() {
    leave(false);
    auto spool = take_spool(folder.file());
    BOOST_REQUIRE(spool.ok());
    BOOST_REQUIRE(spool->has_value());
    BOOST_REQUIRE(write_spool(folder.file(), **spool));
    BOOST_REQUIRE((*spool)->rows.size() == 1u);
    return (*spool)->rows[0];
  }
  wire::Register start() {
    restart();
    up({Objects(core).unit(kWeb)});
    return newest(wire::CoreRowsKind::initial);
  }
  wire::Register newest(wire::CoreRowsKind kind) {
    std::vector<wire::Register> of_http = rows(kind, RowKind::check);
    std::erase_if(of_http, [&](const wire::Register& row) { return row.object != Objects(core).key(kHttp); });
    BOOST_REQUIRE(!of_http.empty());
    return of_http.back();
  }
  const Folder folder;
};

// Otherwise any row of the daemon would win over the core's own file, and a passive result, which is never repeated, would be lost.
BOOST_FIXTURE_TEST_CASE(a_state_of_the_time_without_a_daemon_keeps_its_version_over_a_planned_stop, Alone) {
  up({Objects(core).unit(kWeb)});
  result(0);
  wire::ForwardedResult forwarded;
  forwarded.number = 9;
  forwarded.result.object = Objects(core).key(kHttp);
  daemon.say(wire::ResultsToCore{{forwarded}});
  run(2);
  daemon.hang_up();
  run(2);
  result(2);
  const wire::Register kept = stop();
  BOOST_TEST(kept.version.term > 0u);
  core.clock.wall -= std::chrono::hours(1);
  const wire::Register said = start();
  BOOST_TEST((said.version == kept.version));
  const auto before = value<wire::CheckRegister>(kept), after = value<wire::CheckRegister>(said);
  BOOST_TEST(before.last_hard_ok_hlc < before.last_change_hlc);
  BOOST_TEST(after.last_hard_ok_hlc == before.last_hard_ok_hlc);
  BOOST_TEST(after.last_change_hlc == before.last_change_hlc);
  BOOST_REQUIRE(after.taken.size() == 1u);
  BOOST_TEST(after.taken[0].number == 9u);

  result(2);
  const wire::Register next = newest(wire::CoreRowsKind::write);
  BOOST_TEST((next.version > kept.version), "though the clock was put back");
  BOOST_TEST(value<wire::CheckRegister>(next).last_change_hlc == before.last_change_hlc);
}

BOOST_FIXTURE_TEST_CASE(a_core_that_has_another_state_than_it_left_says_its_own, Alone) {
  const auto version_after = [&](const auto& meanwhile) {
    up({Objects(core).unit(kWeb)});
    daemon.hang_up();
    run(2);
    result(2);
    stop();
    meanwhile(core.objects[kHttp].state);
    return start().version.term;
  };
  BOOST_TEST(version_after([](wire::CheckRegister&) {}) > 0u);
  BOOST_TEST(version_after([](wire::CheckRegister& state) { state.current_state = 0; }) == 0u);
  BOOST_TEST(version_after([](wire::CheckRegister& state) { *state.last_check -= 60'000; }) == 0u);
}

// The next start would refuse a file that is too large as a whole.
BOOST_FIXTURE_TEST_CASE(of_many_large_states_as_many_are_kept_as_the_next_start_reads, Desk) {
  constexpr std::size_t kStates = 180;
  constexpr std::size_t kMostBytes = std::size_t{32} * 1024 * 1024;
  const Folder folder;
  state_folder = folder.path();
  for (std::size_t i = 0; i < kStates; ++i) core.add_service(kWeb, "large " + std::to_string(i));
  restart();
  up({Objects(core).unit(kWeb)});
  daemon.hang_up();
  run(2);
  for (Index object = core.hosts + 3; object < core.objects.size(); ++object) {
    core.objects[object].state.long_output = std::string(200'000, 'x');
    module->check_done(object, false, RawResult{});
  }
  leave(false);
  auto kept = take_spool(folder.file());
  BOOST_REQUIRE(kept.ok());
  BOOST_REQUIRE(kept->has_value());
  std::size_t bytes = 0;
  for (const wire::Register& row : (*kept)->rows) bytes += row.value.size();
  BOOST_TEST(bytes <= kMostBytes);
  BOOST_TEST(bytes > kMostBytes - 1'000'000);
  BOOST_TEST(logged("states from the time without a daemon are dropped: there are too many to keep"));
}

BOOST_FIXTURE_TEST_CASE(with_everything_safe_nothing_is_left_behind, Desk) {
  const Folder folder;
  state_folder = folder.path();
  up();
  module->operators().comment_added(core.operator_core.comment(kHttp, "look here"));
  run(2);
  BOOST_REQUIRE(written(RowKind::comment).size() == 1u);
  daemon.say(wire::RowsSafe{batch, {}});
  run(2);
  leave(false);
  BOOST_TEST(!std::filesystem::exists(folder.file()));
}
