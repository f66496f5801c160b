// Attributes and commands between an operator's core and the others, and what is kept until the daemon has stored it.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "shared/base/hash.hpp"
#include "tests/unit/module_operator_support.hpp"

using namespace merlin;
using namespace merlin::neb;

// ---- attributes

BOOST_FIXTURE_TEST_CASE(attributes_of_objects_contacts_and_the_program_are_written, Desk) {
  auto& attributes = core.operator_core.attributes;
  attributes[{Subject::Kind::object, kHttp, "checks_enabled"}] = "0";
  attributes[{Subject::Kind::contact, 0, "host_notifications_enabled"}] = "0";
  attributes[{Subject::Kind::program, kNoObject, "enable_notifications"}] = "0";
  attributes[{Subject::Kind::object, kWeb, "_PLACE"}] = "cellar";
  up();
  BOOST_TEST(rows(wire::CoreRowsKind::initial, RowKind::attribute).size() == 4u);
  module->operators().attributes_changed({Subject::Kind::object, kHttp}, {"checks_enabled", "no such"});
  module->operators().attributes_changed({Subject::Kind::contact, 0}, {"host_notifications_enabled"});
  module->operators().attributes_changed({}, {"enable_notifications"});
  module->command_done("change_custom_host_var", "web;place;cellar");
  run(2);
  const auto rows = written(RowKind::attribute);
  BOOST_REQUIRE(rows.size() == 4u);
  BOOST_TEST((rows[0].object == Objects(core).key(kHttp)));
  BOOST_TEST((rows[1].object == ObjectKey{0, hash64("admin")}));
  BOOST_TEST((rows[2].object == ObjectKey{}));
  BOOST_TEST(value<wire::AttributeRegister>(rows[3]).name == "_PLACE");
  BOOST_TEST(rows[3].item == hash64("_PLACE"));
}

BOOST_FIXTURE_TEST_CASE(another_nodes_attributes_are_set_and_what_is_unknown_is_said_once, Desk) {
  up();
  auto program = other(kWeb, RowKind::attribute, 1, wire::AttributeRegister{"enable_notifications", "0"});
  program.object = {};
  auto contact = other(kWeb, RowKind::attribute, 1, wire::AttributeRegister{"host_notifications_enabled", "0"});
  contact.object = {0, hash64("admin")};
  auto stranger = contact;
  stranger.object.service = 99;
  const auto refused = other(kWeb, RowKind::attribute, 1, wire::AttributeRegister{"check_period", "unknown"});
  give({program, contact, stranger, refused, refused});
  BOOST_TEST((core.operator_core.done == std::vector<std::string>{"enable_notifications = 0", "host_notifications_enabled = 0"}));
  BOOST_TEST(std::count_if(core.lines.begin(), core.lines.end(),
                           [](const std::string& line) { return line.find("does not accept check_period") != std::string::npos; }) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_command_that_the_core_rejected_is_written_nowhere, Desk) {
  core.operator_core.attributes[{Subject::Kind::object, kHttp, "_OWNER"}] = "nobody";
  core.operator_core.attributes[{Subject::Kind::object, kWeb, "_OWNER"}] = "nobody";
  core.operator_core.attributes[{Subject::Kind::contact, 0, "_OWNER"}] = "nobody";
  up();
  const auto give_all = [this](bool carried_out) {
    daemon.frames.clear();
    module->command_done("CHANGE_CUSTOM_SVC_VAR", "web;http;OWNER;", carried_out);
    module->command_done("CHANGE_CUSTOM_HOST_VAR", "web;OWNER;", carried_out);
    module->command_done("CHANGE_CUSTOM_CONTACT_VAR", "admin;OWNER;", carried_out);
    run(2);
    return written(RowKind::attribute).size();
  };
  BOOST_TEST(give_all(false) == 0u);
  BOOST_TEST(give_all(true) == 3u);
}

// ---- commands

BOOST_FIXTURE_TEST_CASE(a_command_for_another_cores_object_is_forwarded, Desk) {
  up({Objects(core).unit(kWeb)});
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

BOOST_FIXTURE_TEST_CASE(a_forced_check_that_comes_after_more_than_an_interval_is_void_unless_it_was_for_later, Desk) {
  core.objects[kHttp].schedule.interval = 60;
  up({Objects(core).unit(kWeb)});
  const Seconds wall = core.seconds();
  const auto run_at_age = [&](const std::string& line, Seconds age) {
    core.operator_core.commands.clear();
    wire::ForwardedResult forwarded;
    forwarded.number = 1;
    const Seconds sent = core.seconds();
    forwarded.command.push_back({Objects(core).key(kHttp), line, sent * 1000, 0, (sent - age) * 1000});
    daemon.say(wire::ResultsToCore{{forwarded}});
    run(2);
    BOOST_TEST(said<wire::ResultsTaken>().back().taken.size() == 1U);
    return core.operator_core.commands.size();
  };
  const std::string forced = "SCHEDULE_FORCED_SVC_CHECK;web;http;";
  BOOST_TEST(run_at_age(forced + std::to_string(wall - 60), 60) == 1U);
  BOOST_TEST(run_at_age(forced + std::to_string(wall - 61), 61) == 0U);
  BOOST_TEST(run_at_age(forced + std::to_string(wall + 600), 61) == 1U);
  BOOST_TEST(run_at_age("SEND_CUSTOM_SVC_NOTIFICATION;web;http;0;me;text", 3600) == 1U);
  core.objects[kHttp].schedule.interval = 0;
  BOOST_TEST(run_at_age(forced + std::to_string(wall - 3600), 3600) == 1U, "it never comes by itself");
}

// F40 L4: otherwise the owner's core would not check the object until its clock has reached that time.
BOOST_FIXTURE_TEST_CASE(a_forced_check_is_asked_for_by_the_clock_of_the_node_where_it_was_given, Desk) {
  up({Objects(core).unit(kWeb)});
  const auto carried_out = [&](const std::string& line, Seconds clock_ahead) {
    core.operator_core.commands.clear();
    wire::ForwardedResult forwarded;
    forwarded.number = 1;
    const std::int64_t there_ms = (core.seconds() + clock_ahead) * 1000;
    forwarded.command.push_back({Objects(core).key(kHttp), line, there_ms, 0, there_ms});
    daemon.say(wire::ResultsToCore{{forwarded}});
    run(2);
    return core.operator_core.commands.empty() ? std::string() : core.operator_core.commands[0];
  };
  const Seconds wall = core.seconds();
  const std::string forced = "SCHEDULE_FORCED_SVC_CHECK;web;http;";
  BOOST_TEST(carried_out(forced + std::to_string(wall + 2700), 2700) == forced + std::to_string(wall));
  BOOST_TEST(carried_out(forced + std::to_string(wall - 2690), -2700) == forced + std::to_string(wall + 10));
  BOOST_TEST(carried_out(forced + std::to_string(wall + 1), 2) == forced + std::to_string(wall + 1), "clocks are never quite equal");
  const std::string custom = "SEND_CUSTOM_SVC_NOTIFICATION;web;http;0;me;" + std::to_string(wall);
  BOOST_TEST(carried_out(custom, 2700) == custom);
  BOOST_TEST(carried_out(forced + "4611686018427387904", 2700).empty());
}

BOOST_FIXTURE_TEST_CASE(a_forwarded_command_is_carried_out_by_the_owner_alone_and_answered, Desk) {
  up({Objects(core).unit(kWeb)});
  wire::ResultsToCore message;
  const auto add = [&](Index object, const std::string& line) {
    wire::ForwardedResult forwarded;
    forwarded.number = message.results.size() + 1;
    forwarded.command.push_back({Objects(core).key(object), line, 0, 0, 0});
    message.results.push_back(forwarded);
  };
  add(kHttp, "SCHEDULE_FORCED_SVC_CHECK;web;http;5");
  add(kSql, "SCHEDULE_FORCED_SVC_CHECK;db;sql;5");
  add(kHttp, "SHUTDOWN_PROGRAM;now");
  daemon.say(message);
  run(2);
  BOOST_TEST(core.operator_core.commands == std::vector<std::string>{"SCHEDULE_FORCED_SVC_CHECK;web;http;5"},
             boost::test_tools::per_element());
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
  row.kind = RowKind::comment;
  row.value.assign(1024 * 1024, 'x');
  for (row.item = 1; row.item <= 40; ++row.item) writes.push(row);
  BOOST_TEST(writes.size() < 17u);
  BOOST_TEST(writes.dropped() == 40 - writes.size());
  BOOST_TEST(writes.find({{}, RowKind::comment, 1}) == nullptr);
  const std::size_t size = writes.size();
  row.item = 40;
  row.rank = 1;
  writes.push(row);
  BOOST_TEST(writes.size() == size);
  const NodeId node;
  while (!writes.all_said()) writes.take(7, node);
  row.rank = 2;
  writes.push(row);  // while the other one is in transit
  writes.safe(7);
  BOOST_REQUIRE(writes.size() == 1u);
  BOOST_TEST(writes.find({{}, RowKind::comment, 40})->rank == 2u);
  BOOST_TEST(writes.take(8, node).size() == 1u);
  writes.say_again();
  writes.safe(8);
  BOOST_TEST(writes.size() == 1u);
}
