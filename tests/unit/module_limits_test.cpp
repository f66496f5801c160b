// Whatever a core contains, however long or many: frames stay within their limit, texts are truncated, and nothing is lost except
// the end of a text that is too long.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "module/shell/spool.hpp"
#include "shared/wire/limits.hpp"
#include "tests/unit/module_operator_support.hpp"
#include "tests/unit/temp_folder.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

constexpr std::size_t kServices = 80;

// One more host, with many services.
struct Many : Desk {
  Many() {
    // Hosts come first, so the small core's services moved by one.
    const Index host = core.add_host("many");
    for (std::size_t i = 0; i < kServices; ++i) first_ = std::min(first_, core.add_service(host, "svc" + std::to_string(i)));
    for (FakeObject& object : core.objects) object.schedule.has_been_checked = true;
    restart();
  }
  void fill(std::size_t bytes) {
    for (Index object = first_; object < first_ + kServices; ++object) core.objects[object].state.long_output.assign(bytes, 'z');
  }
  void all_done(bool owner) {
    for (Index object = first_; object < first_ + kServices; ++object) {
      RawResult result;
      result.output.assign(core.objects[object].state.long_output.size(), 'z');
      module->check_done(object, true, owner ? std::nullopt : std::optional(result));
    }
    run(6);
  }
  // Objects for which rows arrived, each with a text of that length.
  std::size_t rows_with(std::size_t bytes) {
    std::set<std::uint64_t> services;
    for (const wire::CoreRows& message : said<wire::CoreRows>()) {
      for (const wire::Register& row : message.rows) {
        const bool fits = row.kind == wire::RegisterKind::check && value<wire::CheckRegister>(row).long_output.size() == bytes;
        if (fits) services.insert(row.object.service);
      }
    }
    return services.size();
  }
  bool all_frames_fit() const {
    return std::all_of(daemon.frames.begin(), daemon.frames.end(),
                       [](const wire::Frame& frame) { return frame.payload.size() <= wire::kMaxPayloadBytes / 2; });
  }
  std::uint64_t host_unit() const { return host_key("many"); }

  Index first_ = kNoObject;
};

}  // namespace

// ---- frames

BOOST_FIXTURE_TEST_CASE(many_long_rows_at_the_start_are_many_frames, Many) {
  fill(70'000);
  up({host_unit()});
  run(20);
  BOOST_TEST(all_frames_fit());
  BOOST_TEST(rows_with(70'000) == kServices);
}

BOOST_FIXTURE_TEST_CASE(many_long_rows_of_one_turn_are_truncated_and_many_frames, Many) {
  up({host_unit()});
  daemon.frames.clear();
  fill(300'000);
  all_done(true);
  run(20);
  BOOST_TEST(all_frames_fit());
  BOOST_TEST(rows_with(wire::kMaxPluginBytes) == kServices);
  BOOST_TEST(core.objects[first_].state.long_output.size() == 300'000u);
  const auto lines = [&] {
    return std::count_if(core.lines.begin(), core.lines.end(),
                         [](const auto& line) { return line.find("output of many;svc7 is too long") != std::string::npos; });
  };
  BOOST_TEST(lines() == 1);
  all_done(true);
  BOOST_TEST(lines() == 1);
}

BOOST_FIXTURE_TEST_CASE(many_long_results_for_others_are_many_frames, Many) {
  up();
  daemon.frames.clear();
  fill(5'000'000);
  all_done(false);
  run(20);
  BOOST_TEST(all_frames_fit());
  std::size_t results = 0;
  for (const wire::CoreResults& message : said<wire::CoreResults>()) {
    for (const wire::CheckResult& result : message.results) results += result.output.size() == wire::kMaxResultBytes ? 1 : 0;
  }
  BOOST_TEST(results > 40u);  // as many as the queue can contain
}

// They got their versions in the ending epoch, however slowly the daemon reads.
BOOST_FIXTURE_TEST_CASE(what_is_released_with_much_to_write_keeps_the_link, Many) {
  up({host_unit()});
  daemon.frames.clear();
  fill(300'000);
  for (Index object = first_; object < first_ + kServices; ++object) module->check_done(object, true, std::nullopt);
  wire::Epoch epoch;
  epoch.number = ++epochs;
  epoch.term = 9;
  epoch.side = 2;
  epoch.whole = true;
  daemon.say(epoch);
  run(30);
  BOOST_TEST(!daemon.ended);
  BOOST_TEST(rows_with(wire::kMaxPluginBytes) == kServices);
  for (const wire::CoreRows& message : said<wire::CoreRows>()) {
    for (const wire::Register& row : message.rows) BOOST_TEST(row.version.term == 3u);
  }
}

BOOST_FIXTURE_TEST_CASE(any_number_of_comments_is_many_frames, Many) {
  for (int i = 0; i < 20'000; ++i) core.operator_core.comment(kWeb, std::to_string(i) + std::string(300, 'c'));
  restart();
  up();
  for (int turns = 0; turns < 50 && said<wire::CoreRows>().back().kind != wire::CoreRowsKind::initial_last; ++turns) run(10);
  BOOST_TEST(all_frames_fit());
  BOOST_TEST(rows(wire::CoreRowsKind::initial, RowKind::comment).size() == 20'000u);
}

BOOST_AUTO_TEST_CASE(a_host_with_any_number_of_services_is_many_parts) {
  FakeCore large;
  large.add_host("large");
  for (int i = 0; i < 20'000; ++i) large.add_service(0, "a service with a long name, number " + std::to_string(i));
  const Objects objects(large);
  Inventory inventory(large, objects);
  std::size_t services = 0;
  bool last = false;
  for (auto part = inventory.next(); part; part = inventory.next()) {
    BOOST_TEST(wire::encode(*part).size() < 2 * Inventory::kPartBytes);
    BOOST_REQUIRE(part->hosts.size() == 1u);
    services += part->hosts[0].services.size();
    last = part->last;
  }
  BOOST_TEST(last);
  BOOST_TEST(services == 20'000u);
}

// ---- operators

BOOST_FIXTURE_TEST_CASE(long_notes_are_truncated_and_keep_their_name, Desk) {
  up();
  const LocalComment comment = core.operator_core.comment(kHttp, std::string(5'000'000, 'x'));
  module->operators().comment_added(comment);
  run(4);
  const auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(value<wire::CommentRegister>(rows[0]).text.size() == wire::kMaxCommentBytes);
  // Another core's copy of it is the same comment.
  LocalComment kept = comment;
  kept.content.text.resize(wire::kMaxCommentBytes);
  BOOST_TEST(rows[0].item == comment_item(Objects(core).key(kHttp), kept.content, 0));
}

BOOST_FIXTURE_TEST_CASE(an_attribute_that_is_too_long_stays_here, Desk) {
  core.operator_core.attributes[{Subject::Kind::object, kHttp, "_PLACE"}] = std::string(5'000'000, 'x');
  up();
  module->operators().attributes_changed({Subject::Kind::object, kHttp}, {"_PLACE"});
  run(2);
  BOOST_TEST(written(RowKind::attribute).empty());
  BOOST_TEST(logged("the value of _PLACE has 5000000 bytes"));
}

BOOST_FIXTURE_TEST_CASE(a_long_command_is_truncated, Desk) {
  up();
  module->command_done("SEND_CUSTOM_HOST_NOTIFICATION", "web;0;me;" + std::string(5'000'000, 'x'));
  run(2);
  const auto messages = said<wire::CoreResults>();
  BOOST_REQUIRE(messages.size() == 1u);
  BOOST_REQUIRE(messages[0].commands.size() == 1u);
  BOOST_TEST(messages[0].commands[0].line.size() == wire::kMaxCommandBytes);
}

BOOST_FIXTURE_TEST_CASE(a_long_notification_text_is_truncated, Desk) {
  up({Objects(core).unit(kWeb)});
  run(10);
  module->stop_notification(kHttp, {wire::NotificationKind::custom, std::string(100'000, 'a'), std::string(5'000'000, 'x')});
  run(4);
  const auto requests = said<wire::NotifyRequest>();
  BOOST_REQUIRE(requests.size() == 1u);
  BOOST_TEST(requests[0].notification.text.size() == wire::kMaxCommentBytes);
  BOOST_TEST(requests[0].notification.author.size() == wire::kMaxAuthorBytes);
}

// ---- the spool

BOOST_FIXTURE_TEST_CASE(a_spool_of_long_results_is_many_frames, test::TempFolder) {
  Spool spool;
  spool.boot_id = 7;
  for (std::uint64_t number = 1; number <= 60; ++number) {
    wire::CheckResult result;
    result.output.assign(wire::kMaxPluginBytes, 'z');
    result.number = number;
    spool.forwards.results.push_back(result);
    wire::Register row;
    row.kind = wire::RegisterKind::comment;
    row.item = number;
    row.value.assign(wire::kMaxPluginBytes, 'v');
    spool.rows.push_back(row);
  }
  BOOST_REQUIRE(write_spool(file("merlin.spool"), spool));
  const auto read = take_spool(file("merlin.spool"));
  BOOST_REQUIRE(read.ok());
  BOOST_REQUIRE(read->has_value());
  BOOST_TEST((*read)->forwards.results.size() == 60u);
  BOOST_TEST((*read)->rows.size() == 60u);
}

// ---- names beyond the bound

namespace {

// Beside the small core's objects: a service of an owned host, one of another node's host, and a host with a service.
struct Unshared : Desk {
  Unshared() {
    const Index host = core.add_host(std::string(5'000, 'h'));
    for (const Index of : {kWeb, kDbHost}) unshared.push_back(core.add_service(of, std::string(4'097, 's')));
    unshared.push_back(host);
    unshared.push_back(core.add_service(host, "http"));
    for (FakeObject& object : core.objects) object.schedule.has_been_checked = true;
    for (const Index object : unshared) core.operator_core.comment(object, "old", core.seconds() - 100);
    restart();
  }
  // What the daemon has received: of how many different objects, and whether it knows all of them.
  std::size_t reported() {
    std::set<std::uint64_t> units;
    for (const wire::CoreRows& message : said<wire::CoreRows>()) {
      for (const wire::Register& row : message.rows) units.insert(row.object.is_host() ? row.object.host : row.object.service);
    }
    for (const wire::CoreResults& message : said<wire::CoreResults>()) {
      for (const wire::CheckResult& result : message.results) units.insert(result.object.service);
      for (const wire::Command& command : message.commands) units.insert(command.object.service);
    }
    for (const auto& request : said<wire::NotifyRequest>()) units.insert(request.notification.object.service);
    for (const wire::CoreClaims& claims : said<wire::CoreClaims>()) units.insert(claims.added.begin(), claims.added.end());
    for (const Index object : unshared) BOOST_TEST(!units.contains(Objects(core).unit(object)));
    return units.size();
  }

  std::vector<Index> unshared;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(nothing_is_reported_of_what_the_inventory_leaves_out, Unshared) {
  up({host_key("web")});
  BOOST_TEST(reported() == 6u, "all others");
  for (const Index object : unshared) {
    core.objects[object].state.current_state = 2;
    core.objects[object].state.state_type = 1;
    module->stop_notification(object, {wire::NotificationKind::problem, "", "", 0});
    module->state_changed(object, {true, 3});
    module->check_done(object, false, RawResult{});
    module->row_changed(object);
    acknowledge(object, true);
  }
  module->command_done("SCHEDULE_HOST_SVC_CHECKS", "db;" + std::to_string(core.seconds()));
  run(4);
  BOOST_TEST(reported() == 6u);
}

// Without a daemon this core runs everything.
BOOST_FIXTURE_TEST_CASE(nothing_is_claimed_of_what_the_inventory_leaves_out, Unshared) {
  core.pass(config.start_hold);
  run(4);
  up();
  BOOST_TEST(reported() == 6u);
}
