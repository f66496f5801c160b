// An operator's actions at one core: what the daemon receives, and how the core of another node applies it.
#include <boost/test/unit_test.hpp>

#include "tests/unit/module_operator_support.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

wire::CommentRegister comment(const std::string& text) {
  wire::CommentRegister content;
  content.author = "you";
  content.text = text;
  content.entry_s = 1'600'000'000;
  content.persistent = true;
  return content;
}

}  // namespace

// ---- comments

BOOST_FIXTURE_TEST_CASE(a_comment_is_written_and_said_again_until_it_is_safe, Desk) {
  up();
  module->operators().comment_added(core.operator_core.comment(kHttp, "look here"));
  run(2);
  auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST((rows[0].object == Objects(core).key(kHttp)));
  BOOST_TEST(rows[0].version.term == 3u);
  BOOST_TEST(rows[0].version.writer.bytes[0] == 1);
  BOOST_TEST(value<wire::CommentRegister>(rows[0]).text == "look here");
  const std::uint64_t item = rows[0].item;
  daemon.hang_up();
  run(3);
  up();
  rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(rows[0].item == item);
  daemon.say(wire::RowsSafe{batch, {}});
  run(2);
  daemon.hang_up();
  run(3);
  up();
  BOOST_TEST(written(RowKind::comment).empty());
  // The core's items are part of its initial rows, with the smallest versions.
  const auto known = this->rows(wire::CoreRowsKind::initial, RowKind::comment);
  BOOST_REQUIRE(known.size() == 1u);
  BOOST_TEST(known[0].item == item);
  BOOST_TEST(known[0].version.term == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_comment_made_before_the_first_link_gets_the_nodes_id, Desk) {
  module->operators().comment_added(core.operator_core.comment(kWeb, "early"));
  up();
  const auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(rows[0].version.writer.bytes[0] == 1);
}

BOOST_FIXTURE_TEST_CASE(a_deleted_comment_is_a_tombstone_of_the_same_item, Desk) {
  const LocalComment kept = core.operator_core.comment(kHttp, "twice");
  const LocalComment twin = core.operator_core.comment(kHttp, "twice");
  restart();
  up();
  const auto known = rows(wire::CoreRowsKind::initial, RowKind::comment);
  BOOST_REQUIRE(known.size() == 2u);
  BOOST_TEST(known[0].item != known[1].item);
  core.operator_core.comments.erase(twin.id);
  module->operators().comment_deleted(twin.id);
  run(2);
  const auto gone = written(RowKind::comment);
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST(gone[0].item == known[1].item);
  BOOST_TEST(gone[0].rank == 1u);
  BOOST_TEST(value<wire::CommentRegister>(gone[0]).deleted);
}

BOOST_FIXTURE_TEST_CASE(another_nodes_comment_is_shown_once_and_its_tombstone_deletes_it, Desk) {
  up();
  const auto row = other(kSql, RowKind::comment, 77, comment("from afar"));
  give({row});
  give({}, {row});
  BOOST_TEST(core.operator_core.done == std::vector<std::string>{"comment from afar"}, boost::test_tools::per_element());
  wire::CommentRegister gone;
  gone.deleted = true;
  give({other(kSql, RowKind::comment, 77, gone, 0, 1)});
  give({other(kSql, RowKind::comment, 77, gone, 0, 1)});
  BOOST_TEST(core.operator_core.comments.empty());
  BOOST_TEST(core.operator_core.done.size() == 2u);
  BOOST_TEST(written(RowKind::comment).empty());
}

BOOST_FIXTURE_TEST_CASE(a_comment_that_came_keeps_its_item_over_a_restart_with_other_numbers, Desk) {
  up();
  wire::CommentRegister content = comment("trailing blanks  ");
  const std::uint64_t item = comment_item(Objects(core).key(kSql), content, 0);
  give({other(kSql, RowKind::comment, item, content)});
  // The retention file drops trailing blanks, and numbers start again.
  LocalComment kept = core.operator_core.comments.begin()->second;
  kept.id = 500;
  kept.content.text = "trailing blanks";
  core.operator_core.comments = {{500, kept}};
  core.operator_core.done.clear();
  restart();
  up();
  give({}, {other(kSql, RowKind::comment, item, content)});
  BOOST_TEST(core.operator_core.done.empty());
  wire::CommentRegister gone;
  gone.deleted = true;
  give({}, {other(kSql, RowKind::comment, item, gone, 0, 1)});
  BOOST_TEST(core.operator_core.comments.empty());
}

BOOST_FIXTURE_TEST_CASE(what_the_daemon_sent_before_it_heard_our_word_does_not_undo_it, Desk) {
  up();
  const auto row = other(kHttp, RowKind::comment, 5, comment("theirs"));
  give({row});
  const LocalId id = core.operator_core.comments.begin()->first;
  core.operator_core.comments.clear();
  module->operators().comment_deleted(id);
  give({}, {row});
  BOOST_TEST(core.operator_core.comments.empty());
}

// Otherwise a daemon that lost its store would consider it the newest write, shown by our core.
BOOST_FIXTURE_TEST_CASE(what_stands_below_another_nodes_word_is_not_said_again, Desk) {
  up();
  module->operators().comment_added(core.operator_core.comment(kHttp, "look here"));
  run(2);
  const auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  wire::CommentRegister gone = comment("");
  gone.deleted = true;
  give({other(kHttp, RowKind::comment, rows[0].item, gone, 0, 1)});
  BOOST_TEST(core.operator_core.comments.empty());
  daemon.hang_up();
  run(3);
  up();
  BOOST_TEST(written(RowKind::comment).empty());
}

BOOST_FIXTURE_TEST_CASE(unknown_objects_broken_values_and_bytes_of_any_kind_do_no_harm, Desk) {
  up();
  auto unknown = other(kHttp, RowKind::comment, 5, comment("x"));
  unknown.object.host = 12345;
  auto broken = other(kHttp, RowKind::downtime, 5, comment("x"));
  broken.value = "\xff\xff\xff";
  std::string bytes(4000, 'a');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 94 + 33);
  give({unknown, broken, other(kHttp, RowKind::comment, 6, comment(bytes)), other(kHttp, RowKind::comment, 7, comment("a line\n}"))});
  BOOST_REQUIRE(core.operator_core.comments.size() == 1u);
  BOOST_TEST(core.operator_core.comments.begin()->second.content.text == bytes);
}

// ---- downtimes

BOOST_FIXTURE_TEST_CASE(a_downtime_names_its_trigger_by_item, Desk) {
  up();
  const Seconds now = core.seconds();
  const auto trigger = core.operator_core.downtime_of(kWeb, now + 10, now + 100);
  module->operators().downtime_added(trigger.id);
  const auto child = core.operator_core.downtime_of(kDbHost, now, now + 100, true, trigger.id);
  module->operators().downtime_added(child.id);
  module->operators().downtime_added(99);  // the core refused it
  run(2);
  const auto rows = written(RowKind::downtime);
  BOOST_REQUIRE(rows.size() == 2u);
  const auto content = value<wire::DowntimeRegister>(rows[1]);
  BOOST_TEST(content.triggered_by == rows[0].item);
  BOOST_TEST((content.triggered_by_object == rows[0].object));
}

BOOST_FIXTURE_TEST_CASE(a_triggered_downtime_waits_for_its_trigger, Desk) {
  up();
  const Seconds now = core.seconds();
  wire::DowntimeRegister trigger;
  trigger.comment = "first";
  trigger.start_s = now + 10;
  trigger.end_s = now + 100;
  trigger.fixed = true;
  wire::DowntimeRegister child = trigger;
  child.comment = "second";
  child.triggered_by = 11;
  child.triggered_by_object = Objects(core).key(kWeb);
  give({}, {other(kDbHost, RowKind::downtime, 12, child)});
  BOOST_TEST(core.operator_core.downtimes.empty());
  give({}, {other(kWeb, RowKind::downtime, 11, trigger)});
  BOOST_TEST((core.operator_core.done == std::vector<std::string>{"silent downtime first by 0", "silent downtime second by 1"}));
  // Deleted before its trigger arrives.
  child.triggered_by = 21;
  wire::DowntimeRegister gone;
  gone.deleted = true;
  give({other(kDbHost, RowKind::downtime, 22, child)});
  give({other(kDbHost, RowKind::downtime, 22, gone, 0, 1)});
  give({other(kWeb, RowKind::downtime, 21, trigger)});
  BOOST_TEST(core.operator_core.downtimes.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_triggered_downtime_that_began_elsewhere_begins_here_with_its_trigger, Desk) {
  up();
  const Seconds now = core.seconds();
  wire::DowntimeRegister trigger;
  trigger.start_s = now + 1;
  trigger.end_s = now + 100;
  trigger.fixed = true;
  wire::DowntimeRegister child = trigger;
  child.triggered_by = 11;
  child.triggered_by_object = Objects(core).key(kWeb);
  give({other(kWeb, RowKind::downtime, 11, trigger)});
  give({other(kDbHost, RowKind::downtime, 12, child)});
  child.flexible_start_s = now;
  give({other(kDbHost, RowKind::downtime, 12, child)});
  give({other(kHttp, RowKind::downtime, 13, child)});
  for (const auto& [id, downtime] : core.operator_core.downtimes) BOOST_TEST(!downtime.in_effect);
  // Its trigger is in effect, and it had not started: it starts now.
  core.operator_core.downtimes[1].in_effect = true;
  give({}, {other(kDbHost, RowKind::downtime, 12, child)});
  BOOST_TEST(core.operator_core.downtimes[2].in_effect);
}

BOOST_FIXTURE_TEST_CASE(only_the_owner_says_that_a_downtime_began_or_is_over_and_anyone_cancels, Desk) {
  up({Objects(core).unit(kWeb)});
  const Seconds now = core.seconds();
  const auto mine = core.operator_core.downtime_of(kWeb, now - 5, now + 100, false);
  const auto theirs = core.operator_core.downtime_of(kDbHost, now - 5, now + 100, false);
  module->operators().downtime_added(mine.id);
  module->operators().downtime_added(theirs.id);
  run(2);
  daemon.frames.clear();
  core.operator_core.downtimes[mine.id].content.flexible_start_s = now;
  module->operators().downtime_started(mine.id);
  module->operators().downtime_started(theirs.id);
  run(2);
  auto rows = written(RowKind::downtime);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(value<wire::DowntimeRegister>(rows[0]).flexible_start_s == now);
  daemon.frames.clear();
  for (LocalId id : {mine.id, theirs.id}) {
    module->operators().downtime_ended(id);
    core.operator_core.downtimes.erase(id);
    module->operators().downtime_deleted(id, now + 100);
  }
  const auto cancelled = core.operator_core.downtime_of(kDbHost, now + 50, now + 100);
  module->operators().downtime_added(cancelled.id);
  module->operators().downtime_deleted(cancelled.id, now + 100);
  run(2);
  rows = written(RowKind::downtime);
  BOOST_REQUIRE(rows.size() == 2u);
  BOOST_TEST((rows[0].object == Objects(core).key(kWeb)));
  BOOST_TEST(rows[0].rank == 1u);
  BOOST_TEST((rows[1].object == Objects(core).key(kDbHost)));
}

BOOST_FIXTURE_TEST_CASE(another_nodes_downtime_is_added_started_and_cancelled, Desk) {
  up();
  const Seconds now = core.seconds();
  wire::DowntimeRegister content;
  content.comment = "flex";
  content.start_s = now - 10;
  content.end_s = now + 100;
  content.duration_s = 50;
  give({other(kHttp, RowKind::downtime, 3, content)});
  content.flexible_start_s = now;
  give({other(kHttp, RowKind::downtime, 3, content)});
  give({}, {other(kHttp, RowKind::downtime, 3, content)});
  wire::DowntimeRegister gone;
  gone.deleted = true;
  give({other(kHttp, RowKind::downtime, 3, gone, 0, 1)});
  BOOST_TEST((core.operator_core.done == std::vector<std::string>{"downtime flex by 0", "start " + std::to_string(now), "cancel"}));
  // An expired one does not start again.
  content.flexible_start_s = now - 60;
  give({}, {other(kHttp, RowKind::downtime, 4, content)});
  BOOST_TEST(core.operator_core.downtimes.empty());
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_downtime_is_by_this_cores_clock, Desk) {
  up();
  const Seconds now = core.seconds();
  wire::DowntimeRegister content;
  content.start_s = now - 10;
  content.end_s = now + 3;
  content.fixed = true;
  give({other(kHttp, RowKind::downtime, 3, content)});
  core.operator_core.downtimes.begin()->second.in_effect = true;
  wire::DowntimeRegister gone;
  gone.deleted = true;
  give({other(kHttp, RowKind::downtime, 3, gone, 0, 1)});
  BOOST_TEST(core.operator_core.downtimes.size() == 1u);
}
