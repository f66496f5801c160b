// Data that the module must not use, and internal errors: each drops a row, a message or, at worst, this module and not the next.
#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "module/agent/recovery.hpp"
#include "tests/unit/module_operator_support.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

wire::CheckRegister state_with(const std::string& output) {
  wire::CheckRegister state;
  state.output = output;
  state.has_been_checked = true;
  return state;
}

constexpr std::int64_t kAbsurd = std::int64_t{1} << 62;

}  // namespace

// ---- data from the daemon

BOOST_FIXTURE_TEST_CASE(a_rejected_row_never_reaches_the_core_and_the_others_do, Desk) {
  up();
  wire::CommentRegister comment;
  comment.author = "a";
  comment.text = "late";
  comment.expire_s = kAbsurd;
  wire::DowntimeRegister downtime;
  downtime.comment = "long";
  downtime.start_s = core.seconds();
  downtime.end_s = core.seconds() + 900;
  downtime.duration_s = kAbsurd;
  give({other(kHttp, RowKind::check, 0, state_with("x\n\t}\nservice {")), other(kHttp, RowKind::comment, 1, comment),
        other(kHttp, RowKind::downtime, 2, downtime), other(kDisk, RowKind::check, 0, state_with("well"))});
  BOOST_REQUIRE(core.shown.size() == 1u);
  BOOST_TEST(core.shown[0].output == "well");
  BOOST_TEST(core.operator_core.done.empty());
  BOOST_TEST(logged("rejected data from merlind"));
  BOOST_TEST(module->status({}, {}).find("\"rejected\": 3") != std::string::npos);
  BOOST_TEST(!daemon.ended);
}

BOOST_FIXTURE_TEST_CASE(an_error_over_a_row_ends_that_row, Desk) {
  up();
  core.on_bring_in = [](Index object) {
    if (object == kHttp) throw std::logic_error("assertion failed: x");
  };
  give({other(kHttp, RowKind::check, 0, state_with("bad")), other(kDisk, RowKind::check, 0, state_with("well"))});
  core.on_bring_in = nullptr;
  BOOST_REQUIRE(core.shown.size() == 2u);
  BOOST_TEST(core.shown[1].output == "well");
  BOOST_TEST(logged("internal error over a row from merlind, which is dropped"));
  // The flag must not stay set.
  give({other(kSql, RowKind::check, 0, state_with("next"))});
  BOOST_TEST(core.shown.back().output == "next");
  BOOST_TEST(module->status({}, {}).find("\"internal_errors\": 1") != std::string::npos);
}

// A chain of triggers may be as long as the list of waiting downtimes.
BOOST_FIXTURE_TEST_CASE(a_long_chain_of_triggered_downtimes_is_no_recursion, Desk) {
  up();
  constexpr std::uint64_t kLength = 9'000;
  std::vector<wire::Register> rows;
  for (std::uint64_t item = kLength; item >= 1; --item) {
    wire::DowntimeRegister content;
    content.comment = "d";
    content.start_s = core.seconds();
    content.end_s = core.seconds() + 900;
    content.duration_s = 600;
    if (item > 1) {
      content.triggered_by = item - 1;
      content.triggered_by_object = Objects(core).key(kWeb);
    }
    rows.push_back(other(kWeb, RowKind::downtime, item, content));
  }
  daemon.say(wire::RowsToCore{++batches, std::move(rows), {}});
  run(40);
  BOOST_TEST(core.operator_core.downtimes.size() == kLength);
}

// ---- data from the core's retention file

BOOST_FIXTURE_TEST_CASE(comments_and_downtimes_that_a_core_dies_of_are_removed_at_its_start, Desk) {
  LocalComment comment = core.operator_core.comment(kHttp, "kept");
  LocalComment absurd = core.operator_core.comment(kHttp, "absurd");
  core.operator_core.comments[absurd.id].content.expire_s = kAbsurd;
  core.operator_core.downtime_of(kHttp, core.seconds(), core.seconds() + 900, false);
  const LocalDowntime endless = core.operator_core.downtime_of(kHttp, core.seconds(), core.seconds() + 900, false);
  core.operator_core.downtimes[endless.id].content.duration_s = kAbsurd;
  restart();
  BOOST_TEST(core.operator_core.comments.size() == 1u);
  BOOST_TEST(core.operator_core.comments.contains(comment.id));
  BOOST_TEST(core.operator_core.downtimes.size() == 1u);
  BOOST_TEST(logged("removed 2 comments and downtimes with times"));
}

// ---- commands

BOOST_FIXTURE_TEST_CASE(a_command_with_impossible_times_is_refused_and_logged, Desk) {
  BOOST_TEST(module->refuses_command("SCHEDULE_SVC_DOWNTIME", "web;http;1;2;0;0;4611686018427387904;anna;x", core.seconds()));
  BOOST_TEST(logged("refused the command SCHEDULE_SVC_DOWNTIME;web;http;1;2;0;0;4611686018427387904;anna;x: its duration of"));
  BOOST_TEST(!module->refuses_command("SCHEDULE_SVC_DOWNTIME", "web;http;1;2;0;0;600;anna;x", core.seconds()));
}

// ---- internal errors

BOOST_AUTO_TEST_CASE(a_module_is_made_anew_some_times_each_after_a_longer_wait) {
  Recovery recovery;
  SteadyTime now{Millis{1'000'000}};
  std::vector<Millis> waits;
  for (int i = 0; i < Recovery::kMost; ++i) {
    const auto wait = recovery.failed(now);
    BOOST_REQUIRE(wait.has_value());
    BOOST_TEST(recovery.keeps_unsent() == (i == 0));
    waits.push_back(*wait);
    now += *wait + Millis{1};
  }
  BOOST_TEST((waits == std::vector<Millis>{Millis{10'000}, Millis{30'000}, Millis{90'000}, Millis{270'000}, Millis{810'000}}));
  BOOST_TEST(!recovery.failed(now).has_value());
  // After an hour without an error, counting starts again.
  Recovery rare;
  BOOST_TEST(rare.failed(now)->count() == 10'000);
  BOOST_TEST(rare.failed(now + Recovery::kWell + Millis{20'000})->count() == 10'000);
}

BOOST_FIXTURE_TEST_CASE(a_module_that_fails_tells_its_daemon_and_the_next_one_sends_the_rest, Desk) {
  up();
  daemon.frames.clear();
  RawResult result;
  result.output = "to be kept";
  module->check_done(kHttp, false, result);
  Spool rest = module->fail("internal error: assertion failed", Millis{10'000});
  daemon.read();
  const auto away = said<wire::CoreAway>();
  BOOST_REQUIRE(away.size() == 1u);
  BOOST_TEST(away[0].disabled == "internal error: assertion failed");
  BOOST_TEST(away[0].again_s == 10u);
  begin(44);
  module->restore(std::move(rest));
  epochs = 0;
  up();
  run(4);
  const auto results = said<wire::CoreResults>();
  BOOST_REQUIRE(results.size() >= 1u);
  BOOST_TEST(results[0].results.at(0).output == "to be kept");
  BOOST_TEST(disabled_status("why", "how", Millis{9'001}).find("\"again_s\": 10") != std::string::npos);
}
