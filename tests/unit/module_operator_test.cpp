// What an operator does at one core: what the daemon hears of it, and what the core of another node makes of that.
#include <boost/test/unit_test.hpp>

#include "module_operator_support.hpp"

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
  module->people().comment_added(core.operators.comment(http, "look here"));
  run(2);
  auto rows = written(Kind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST((rows[0].object == Objects(core).key(http)));
  BOOST_TEST(rows[0].version.term == 3u);
  BOOST_TEST(rows[0].version.writer.bytes[0] == 1);
  BOOST_TEST(value<wire::CommentRegister>(rows[0]).text == "look here");
  const std::uint64_t item = rows[0].item;
  daemon.hang_up();
  run(3);
  up();
  rows = written(Kind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(rows[0].item == item);
  daemon.say(wire::RowsSafe{batch, {}});
  run(2);
  daemon.hang_up();
  run(3);
  up();
  BOOST_TEST(written(Kind::comment).empty());
  // What the core has is among what it knew, with the smallest of versions.
  const auto known = this->rows(wire::CoreRowsKind::initial, Kind::comment);
  BOOST_REQUIRE(known.size() == 1u);
  BOOST_TEST(known[0].item == item);
  BOOST_TEST(known[0].version.term == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_comment_made_before_the_first_link_gets_the_nodes_id, Desk) {
  module->people().comment_added(core.operators.comment(web, "early"));
  up();
  const auto rows = written(Kind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(rows[0].version.writer.bytes[0] == 1);
}

BOOST_FIXTURE_TEST_CASE(a_deleted_comment_is_a_tombstone_of_the_same_item, Desk) {
  const LocalComment kept = core.operators.comment(http, "twice");
  const LocalComment twin = core.operators.comment(http, "twice");
  restart();
  up();
  const auto known = rows(wire::CoreRowsKind::initial, Kind::comment);
  BOOST_REQUIRE(known.size() == 2u);
  BOOST_TEST(known[0].item != known[1].item);
  core.operators.comments.erase(twin.id);
  module->people().comment_deleted(twin.id);
  run(2);
  const auto gone = written(Kind::comment);
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST(gone[0].item == known[1].item);
  BOOST_TEST(gone[0].rank == 1u);
  BOOST_TEST(value<wire::CommentRegister>(gone[0]).deleted);
}

BOOST_FIXTURE_TEST_CASE(another_nodes_comment_is_shown_once_and_its_tombstone_deletes_it, Desk) {
  up();
  const auto row = other(sql, Kind::comment, 77, comment("from afar"));
  give({row});
  give({}, {row});
  BOOST_TEST(core.operators.done == std::vector<std::string>{"comment from afar"}, boost::test_tools::per_element());
  wire::CommentRegister gone;
  gone.deleted = true;
  give({other(sql, Kind::comment, 77, gone, 0, 1)});
  give({other(sql, Kind::comment, 77, gone, 0, 1)});
  BOOST_TEST(core.operators.comments.empty());
  BOOST_TEST(core.operators.done.size() == 2u);
  BOOST_TEST(written(Kind::comment).empty());
}

BOOST_FIXTURE_TEST_CASE(a_comment_that_came_keeps_its_item_over_a_restart_with_other_numbers, Desk) {
  up();
  wire::CommentRegister content = comment("trailing blanks  ");
  const std::uint64_t item = comment_item(Objects(core).key(sql), content, 0);
  give({other(sql, Kind::comment, item, content)});
  // The retention file drops the blanks at the end, and numbers begin anew.
  LocalComment kept = core.operators.comments.begin()->second;
  kept.id = 500;
  kept.content.text = "trailing blanks";
  core.operators.comments = {{500, kept}};
  core.operators.done.clear();
  restart();
  up();
  give({}, {other(sql, Kind::comment, item, content)});
  BOOST_TEST(core.operators.done.empty());
  wire::CommentRegister gone;
  gone.deleted = true;
  give({}, {other(sql, Kind::comment, item, gone, 0, 1)});
  BOOST_TEST(core.operators.comments.empty());
}

BOOST_FIXTURE_TEST_CASE(what_the_daemon_sent_before_it_heard_our_word_does_not_undo_it, Desk) {
  up();
  const auto row = other(http, Kind::comment, 5, comment("theirs"));
  give({row});
  const LocalId id = core.operators.comments.begin()->first;
  core.operators.comments.clear();
  module->people().comment_deleted(id);
  give({}, {row});
  BOOST_TEST(core.operators.comments.empty());
}

// A daemon whose store was lost would else take it for the newest word, and for what our core shows.
BOOST_FIXTURE_TEST_CASE(what_stands_below_another_nodes_word_is_not_said_again, Desk) {
  up();
  module->people().comment_added(core.operators.comment(http, "look here"));
  run(2);
  const auto rows = written(Kind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  wire::CommentRegister gone = comment("");
  gone.deleted = true;
  give({other(http, Kind::comment, rows[0].item, gone, 0, 1)});
  BOOST_TEST(core.operators.comments.empty());
  daemon.hang_up();
  run(3);
  up();
  BOOST_TEST(written(Kind::comment).empty());
}

BOOST_FIXTURE_TEST_CASE(unknown_objects_broken_values_and_bytes_of_any_kind_do_no_harm, Desk) {
  up();
  auto unknown = other(http, Kind::comment, 5, comment("x"));
  unknown.object.host = 12345;
  auto broken = other(http, Kind::downtime, 5, comment("x"));
  broken.value = "\xff\xff\xff";
  std::string bytes(65536, 'a');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 255 + 1);
  give({unknown, broken, other(http, Kind::comment, 6, comment(bytes))});
  BOOST_REQUIRE(core.operators.comments.size() == 1u);
  BOOST_TEST(core.operators.comments.begin()->second.content.text == bytes);
}

// ---- acknowledgements

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_is_written_with_what_its_comment_says, Desk) {
  up();
  acknowledge(http, true);
  const auto rows = written(Kind::acknowledgement);
  BOOST_REQUIRE(rows.size() == 1u);
  const auto content = value<wire::AcknowledgementRegister>(rows[0]);
  BOOST_TEST(content.set);
  BOOST_TEST(content.sticky);
  BOOST_TEST(content.notify);
  BOOST_TEST(content.text == "seen");
  BOOST_TEST(content.entry_s == core.seconds());
  BOOST_TEST(written(Kind::comment).empty());
}

BOOST_FIXTURE_TEST_CASE(a_removal_is_taken_from_the_command, Desk) {
  up();
  acknowledge(http, true);
  daemon.frames.clear();
  core.operators.acknowledgements.clear();
  module->command_begins("REMOVE_SVC_ACKNOWLEDGEMENT");
  module->command_done("REMOVE_SVC_ACKNOWLEDGEMENT", "web;http");
  module->command_done("REMOVE_HOST_ACKNOWLEDGEMENT", "nobody");
  run(2);
  const auto rows = written(Kind::acknowledgement);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(!value<wire::AcknowledgementRegister>(rows[0]).set);
}

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_holds_until_the_problem_changes, Desk) {
  up();
  wire::AcknowledgementRegister word;
  word.set = true;
  word.text = "mine";
  // Before the problem itself: it waits.
  give({other(http, Kind::acknowledgement, 0, word, clock(100))});
  BOOST_TEST(core.operators.done.empty());
  check_row(http, 1, clock(-5000), clock(50), clock(60));
  BOOST_TEST(core.operators.done == std::vector<std::string>{"acknowledge mine"}, boost::test_tools::per_element());
  // The state changes.
  check_row(http, 2, clock(-5000), clock(2000), clock(2000));
  BOOST_TEST(core.operators.done.back() == "unacknowledge");
  // A sticky one stays until all is well.
  word.sticky = true;
  give({other(http, Kind::acknowledgement, 0, word, clock(3000))});
  check_row(http, 1, clock(-5000), clock(4000), clock(4000));
  BOOST_TEST(core.operators.acknowledged(http));
  check_row(http, 0, clock(5000), clock(5000), clock(5000));
  BOOST_TEST(!core.operators.acknowledged(http));
  // One of a problem before the last hard OK does not come back.
  check_row(http, 2, clock(5000), clock(6000), clock(6000));
  BOOST_TEST(!core.operators.acknowledged(http));
}

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_of_the_retention_file_is_imported_and_removed_where_the_row_says_so, Desk) {
  core.operators.problems[http] = true;
  core.operators.acknowledgements[http] = {{}, true};
  LocalComment old = core.operators.comment(http, "old one", core.seconds() - 100);
  core.operators.comments[old.id].of_acknowledgement = true;
  restart();
  up();
  const auto known = rows(wire::CoreRowsKind::initial, Kind::acknowledgement);
  BOOST_REQUIRE(known.size() == 1u);
  BOOST_TEST(value<wire::AcknowledgementRegister>(known[0]).text == "old one");
  give({}, {other(http, Kind::acknowledgement, 0, wire::AcknowledgementRegister{})});
  BOOST_TEST(!core.operators.acknowledged(http));
}

// ---- downtimes

BOOST_FIXTURE_TEST_CASE(a_downtime_names_its_trigger_by_item, Desk) {
  up();
  const Seconds now = core.seconds();
  const auto trigger = core.operators.downtime_of(web, now + 10, now + 100);
  module->people().downtime_added(trigger.id);
  const auto child = core.operators.downtime_of(db_host, now, now + 100, true, trigger.id);
  module->people().downtime_added(child.id);
  module->people().downtime_added(99);  // the core refused it
  run(2);
  const auto rows = written(Kind::downtime);
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
  child.triggered_by_object = Objects(core).key(web);
  give({}, {other(db_host, Kind::downtime, 12, child)});
  BOOST_TEST(core.operators.downtimes.empty());
  give({}, {other(web, Kind::downtime, 11, trigger)});
  BOOST_TEST((core.operators.done == std::vector<std::string>{"silent downtime first by 0", "silent downtime second by 1"}));
  // Deleted before its trigger comes.
  child.triggered_by = 21;
  wire::DowntimeRegister gone;
  gone.deleted = true;
  give({other(db_host, Kind::downtime, 22, child)});
  give({other(db_host, Kind::downtime, 22, gone, 0, 1)});
  give({other(web, Kind::downtime, 21, trigger)});
  BOOST_TEST(core.operators.downtimes.size() == 3u);
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
  child.triggered_by_object = Objects(core).key(web);
  give({other(web, Kind::downtime, 11, trigger)});
  give({other(db_host, Kind::downtime, 12, child)});
  child.flexible_start_s = now;
  give({other(db_host, Kind::downtime, 12, child)});
  give({other(http, Kind::downtime, 13, child)});
  for (const auto& [id, downtime] : core.operators.downtimes) BOOST_TEST(!downtime.in_effect);
  // Its trigger is in effect, and it was not begun: it is now.
  core.operators.downtimes[1].in_effect = true;
  give({}, {other(db_host, Kind::downtime, 12, child)});
  BOOST_TEST(core.operators.downtimes[2].in_effect);
}

BOOST_FIXTURE_TEST_CASE(only_the_owner_says_that_a_downtime_began_or_is_over_and_anyone_cancels, Desk) {
  up({Objects(core).unit(web)});
  const Seconds now = core.seconds();
  const auto mine = core.operators.downtime_of(web, now - 5, now + 100, false);
  const auto theirs = core.operators.downtime_of(db_host, now - 5, now + 100, false);
  module->people().downtime_added(mine.id);
  module->people().downtime_added(theirs.id);
  run(2);
  daemon.frames.clear();
  core.operators.downtimes[mine.id].content.flexible_start_s = now;
  module->people().downtime_started(mine.id);
  module->people().downtime_started(theirs.id);
  run(2);
  auto rows = written(Kind::downtime);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(value<wire::DowntimeRegister>(rows[0]).flexible_start_s == now);
  daemon.frames.clear();
  for (LocalId id : {mine.id, theirs.id}) {
    module->people().downtime_ended(id);
    core.operators.downtimes.erase(id);
    module->people().downtime_deleted(id, now + 100);
  }
  const auto cancelled = core.operators.downtime_of(db_host, now + 50, now + 100);
  module->people().downtime_added(cancelled.id);
  module->people().downtime_deleted(cancelled.id, now + 100);
  run(2);
  rows = written(Kind::downtime);
  BOOST_REQUIRE(rows.size() == 2u);
  BOOST_TEST((rows[0].object == Objects(core).key(web)));
  BOOST_TEST(rows[0].rank == 1u);
  BOOST_TEST((rows[1].object == Objects(core).key(db_host)));
}

BOOST_FIXTURE_TEST_CASE(another_nodes_downtime_is_added_started_and_cancelled, Desk) {
  up();
  const Seconds now = core.seconds();
  wire::DowntimeRegister content;
  content.comment = "flex";
  content.start_s = now - 10;
  content.end_s = now + 100;
  content.duration_s = 50;
  give({other(http, Kind::downtime, 3, content)});
  content.flexible_start_s = now;
  give({other(http, Kind::downtime, 3, content)});
  give({}, {other(http, Kind::downtime, 3, content)});
  wire::DowntimeRegister gone;
  gone.deleted = true;
  give({other(http, Kind::downtime, 3, gone, 0, 1)});
  BOOST_TEST((core.operators.done == std::vector<std::string>{"downtime flex by 0", "start " + std::to_string(now), "cancel"}));
  // What is over does not begin again.
  content.flexible_start_s = now - 60;
  give({}, {other(http, Kind::downtime, 4, content)});
  BOOST_TEST(core.operators.downtimes.empty());
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_downtime_is_by_this_cores_clock, Desk) {
  up();
  const Seconds now = core.seconds();
  wire::DowntimeRegister content;
  content.start_s = now - 10;
  content.end_s = now + 3;
  content.fixed = true;
  give({other(http, Kind::downtime, 3, content)});
  core.operators.downtimes.begin()->second.in_effect = true;
  wire::DowntimeRegister gone;
  gone.deleted = true;
  give({other(http, Kind::downtime, 3, gone, 0, 1)});
  BOOST_TEST(core.operators.downtimes.size() == 1u);
}
