// What an operator does at one core: what the daemon hears of it, and what the core of another node makes of that.
#include <boost/test/unit_test.hpp>

#include "base/hash.hpp"
#include "cluster/versions.hpp"
#include "module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

struct Desk : Talk {
  Desk() {
    core.operators.host_of = [this](Index object) { return object < core.hosts ? object : core.objects[object].host_index; };
    core.operators.on_comment_deleted = [this](LocalId id) { module->people().comment_deleted(id); };
  }
  void restart() { module = std::make_unique<Module>(core, config, nullptr, 43); }
  void up(std::vector<std::uint64_t> units = {}) {
    connect();
    follow(std::move(units));
    run(2);
  }
  std::vector<wire::Register> rows(wire::CoreRowsKind kind, wire::RegisterKind of) {
    std::vector<wire::Register> all;
    for (const wire::CoreRows& message : said<wire::CoreRows>()) {
      if (message.kind != kind && !(kind == wire::CoreRowsKind::initial && message.kind == wire::CoreRowsKind::initial_last)) continue;
      for (const wire::Register& row : message.rows) {
        if (row.kind != of) continue;
        all.push_back(row);
        batch = message.batch;
      }
    }
    return all;
  }
  std::vector<wire::Register> written(wire::RegisterKind kind) { return rows(wire::CoreRowsKind::write, kind); }
  template <class Value>
  Value value(const wire::Register& row) {
    auto value = wire::decode<Value>(row.value);
    BOOST_REQUIRE(value.ok());
    return *std::move(value);
  }
  // A row of another node.
  template <class Value>
  wire::Register other(Index object, wire::RegisterKind kind, std::uint64_t item, const Value& content, std::uint64_t hlc = 0,
                       std::uint64_t rank = 0) {
    wire::Register row;
    row.object = Objects(core).key(object);
    row.kind = kind;
    row.item = item;
    row.rank = rank;
    row.version = {3, 2, hlc != 0 ? hlc : cluster::hlc_of(core.clock.wall), {}};
    row.version.writer.bytes[0] = 2;
    row.value = wire::encode(content);
    return row;
  }
  void give(std::vector<wire::Register> live, std::vector<wire::Register> imposed = {}) {
    daemon.frames.clear();
    daemon.say(wire::RowsToCore{++batches, std::move(live), std::move(imposed)});
    run(2);
    BOOST_TEST(said<wire::RowsConfirmed>().size() == 1u);
  }
  void check_row(Index object, int state, std::uint64_t last_hard_ok, std::uint64_t last_change, std::uint64_t hlc) {
    wire::CheckRegister content;
    content.current_state = state;
    content.state_type = 1;
    content.has_been_checked = true;
    content.last_hard_ok_hlc = last_hard_ok;
    content.last_change_hlc = last_change;
    core.operators.problems[object] = state != 0;
    give({other(object, wire::RegisterKind::check, 0, content, hlc)});
  }
  void acknowledge(Index object, bool sticky) {
    core.operators.problems[object] = true;
    wire::AcknowledgementRegister content;
    content.set = true;
    content.sticky = sticky;
    content.notify = true;
    content.author = "me";
    content.text = "seen";
    module->acknowledged(object, content);
    LocalComment comment = core.operators.comment(object, "seen", core.seconds());
    comment.of_acknowledgement = core.operators.comments[comment.id].of_acknowledgement = true;
    core.operators.acknowledgements[object] = {content, true};
    module->people().comment_added(comment);
    run(2);
  }
  std::uint64_t clock(std::int64_t after_ms = 0) const { return cluster::hlc_of(began + Millis{after_ms}); }

  WallTime began = core.clock.wall;
  std::uint64_t batch = 0;
  std::uint64_t batches = 0;
};

wire::CommentRegister comment(const std::string& text) {
  wire::CommentRegister content;
  content.author = "you";
  content.text = text;
  content.entry_s = 1'600'000'000;
  content.persistent = true;
  return content;
}

using Kind = wire::RegisterKind;

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

// ---- attributes

BOOST_FIXTURE_TEST_CASE(attributes_of_objects_contacts_and_the_program_are_written, Desk) {
  auto& attributes = core.operators.attributes;
  attributes[{Subject::Kind::object, http, "checks_enabled"}] = "0";
  attributes[{Subject::Kind::contact, 0, "host_notifications_enabled"}] = "0";
  attributes[{Subject::Kind::program, no_object, "enable_notifications"}] = "0";
  attributes[{Subject::Kind::object, web, "_PLACE"}] = "cellar";
  up();
  BOOST_TEST(rows(wire::CoreRowsKind::initial, Kind::attribute).size() == 4u);
  module->people().attributes_changed({Subject::Kind::object, http}, {"checks_enabled", "no such"});
  module->people().attributes_changed({Subject::Kind::contact, 0}, {"host_notifications_enabled"});
  module->people().attributes_changed({}, {"enable_notifications"});
  module->command_done("change_custom_host_var", "web;place;cellar");
  run(2);
  const auto rows = written(Kind::attribute);
  BOOST_REQUIRE(rows.size() == 4u);
  BOOST_TEST((rows[0].object == Objects(core).key(http)));
  BOOST_TEST((rows[1].object == ObjectKey{0, hash64("admin")}));
  BOOST_TEST((rows[2].object == ObjectKey{}));
  BOOST_TEST(value<wire::AttributeRegister>(rows[3]).name == "_PLACE");
  BOOST_TEST(rows[3].item == hash64("_PLACE"));
}

BOOST_FIXTURE_TEST_CASE(another_nodes_attributes_are_set_and_what_is_unknown_is_said_once, Desk) {
  up();
  auto program = other(web, Kind::attribute, 1, wire::AttributeRegister{"enable_notifications", "0"});
  program.object = {};
  auto contact = other(web, Kind::attribute, 1, wire::AttributeRegister{"host_notifications_enabled", "0"});
  contact.object = {0, hash64("admin")};
  auto stranger = contact;
  stranger.object.service = 99;
  const auto refused = other(web, Kind::attribute, 1, wire::AttributeRegister{"check_period", "unknown"});
  give({program, contact, stranger, refused, refused});
  BOOST_TEST((core.operators.done == std::vector<std::string>{"enable_notifications = 0", "host_notifications_enabled = 0"}));
  BOOST_TEST(std::count_if(core.lines.begin(), core.lines.end(),
                           [](const std::string& line) { return line.find("takes no check_period") != std::string::npos; }) == 1);
}

// ---- commands

BOOST_FIXTURE_TEST_CASE(a_command_for_another_cores_object_is_forwarded, Desk) {
  up({Objects(core).unit(web)});
  module->command_done("SCHEDULE_FORCED_SVC_CHECK", "db;sql;1700000000");
  module->command_done("SCHEDULE_FORCED_SVC_CHECK", "web;http;1700000000");
  module->command_done("SCHEDULE_FORCED_HOST_SVC_CHECKS", "db;5");
  module->command_done("SEND_CUSTOM_HOST_NOTIFICATION", "nobody;0;me;text");
  module->command_done("SHUTDOWN_PROGRAM", "");
  run(2);
  std::vector<std::string> lines;
  for (const auto& results : said<wire::CoreResults>()) {
    for (const wire::Command& command : results.commands) lines.push_back(command.line);
  }
  BOOST_TEST((lines == std::vector<std::string>{"SCHEDULE_FORCED_SVC_CHECK;db;sql;1700000000", "SCHEDULE_FORCED_SVC_CHECK;db;sql;5"}));
}

BOOST_FIXTURE_TEST_CASE(a_forwarded_command_is_carried_out_by_the_owner_alone_and_answered, Desk) {
  up({Objects(core).unit(web)});
  wire::ResultsToCore message;
  const auto add = [&](Index object, const std::string& line) {
    wire::ForwardedResult forwarded;
    forwarded.number = message.results.size() + 1;
    forwarded.command.push_back({Objects(core).key(object), line, 0, 0});
    message.results.push_back(forwarded);
  };
  add(http, "SCHEDULE_FORCED_SVC_CHECK;web;http;5");
  add(sql, "SCHEDULE_FORCED_SVC_CHECK;db;sql;5");
  add(http, "SHUTDOWN_PROGRAM;now");
  daemon.say(message);
  run(2);
  BOOST_TEST(core.operators.commands == std::vector<std::string>{"SCHEDULE_FORCED_SVC_CHECK;web;http;5"}, boost::test_tools::per_element());
  BOOST_REQUIRE(said<wire::ResultsTaken>().size() == 1u);
  BOOST_TEST(said<wire::ResultsTaken>()[0].taken.size() == 2u);
  BOOST_REQUIRE(said<wire::ResultsTaken>()[0].refused.size() == 1u);
  BOOST_TEST(said<wire::ResultsTaken>()[0].refused[0].number == 2u);
}

BOOST_AUTO_TEST_CASE(each_of_the_163_commands_has_a_class_and_others_are_local) {
  BOOST_TEST(external_commands().size() == 163u);
  for (const ExternalCommand& command : external_commands()) {
    BOOST_TEST(find_command(command.name).name == command.name);
    const bool by_name = command.kind == CommandClass::owner || command.kind == CommandClass::registered;
    BOOST_TEST((by_name == (command.target != CommandTarget::none) || command.kind == CommandClass::result));
  }
  BOOST_TEST((find_command("add_svc_comment").kind == CommandClass::effect));
  BOOST_TEST((find_command("RESTART_PROGRAM").kind == CommandClass::local));
  BOOST_TEST((find_command("_MY_OWN").kind == CommandClass::local));
  BOOST_TEST((find_command("").kind == CommandClass::local));
}

BOOST_AUTO_TEST_CASE(writes_are_bounded_the_oldest_go_first_and_a_newer_word_takes_the_olders_place) {
  OperatorWrites writes;
  wire::Register row;
  row.kind = Kind::comment;
  row.value.assign(1024 * 1024, 'x');
  for (row.item = 1; row.item <= 40; ++row.item) writes.push(row);
  BOOST_TEST(writes.size() < 17u);
  BOOST_TEST(writes.dropped() == 40 - writes.size());
  BOOST_TEST(writes.find({{}, Kind::comment, 1}) == nullptr);
  const std::size_t size = writes.size();
  row.item = 40;
  row.rank = 1;
  writes.push(row);
  BOOST_TEST(writes.size() == size);
  const NodeId node;
  while (!writes.all_said()) writes.take(7, node);
  row.rank = 2;
  writes.push(row);  // while the other one is on its way
  writes.safe(7);
  BOOST_REQUIRE(writes.size() == 1u);
  BOOST_TEST(writes.find({{}, Kind::comment, 40})->rank == 2u);
  BOOST_TEST(writes.take(8, node).size() == 1u);
  writes.say_again();
  writes.safe(8);
  BOOST_TEST(writes.size() == 1u);
}
