// What is said on the module's link, and what follows from it.
#include <random>

#include "module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

BOOST_FIXTURE_TEST_CASE(it_says_hello_then_inventory_claims_and_what_the_core_knew, Talk) {
  run(1);
  BOOST_REQUIRE(daemon.accept());
  run(1);
  daemon.read();
  BOOST_REQUIRE(daemon.frames.size() == 1u);
  BOOST_TEST(said<wire::CoreHello>()[0].boot_id == 42u);
  BOOST_TEST(said<wire::CoreHello>()[0].cluster == "merlin");
  wire::CoreWelcome welcome;
  welcome.node_id.bytes[0] = 1;
  daemon.say(welcome);
  run(2);
  daemon.read();
  std::vector<int> types;
  for (const wire::Frame& frame : daemon.frames) {
    if (frame.type != static_cast<int>(wire::MessageType::core_beat)) types.push_back(frame.type);
  }
  BOOST_TEST((types == std::vector<int>{40, 16, 48, 45}));
  BOOST_TEST(said<wire::CoreRows>()[0].rows.size() == 6u);
  BOOST_TEST((said<wire::CoreRows>()[0].kind == wire::CoreRowsKind::initial_last));
  BOOST_TEST(!said<wire::CoreBeat>().empty());
}

BOOST_FIXTURE_TEST_CASE(nothing_runs_before_the_first_epoch_and_then_what_it_says, Talk) {
  BOOST_TEST(module->veto_check(http));
  connect();
  BOOST_TEST(module->veto_check(http));
  follow({host_key("web")});
  BOOST_TEST((said<wire::CoreClaims>().back().added == std::vector<std::uint64_t>{host_key("web")}));
  BOOST_TEST(!module->veto_check(http));
  BOOST_TEST(!module->veto_check(web));
  BOOST_TEST(module->veto_check(sql));
}

BOOST_FIXTURE_TEST_CASE(a_vetoed_check_stays_scheduled_in_the_future, Talk) {
  core.objects[sql].moves.clear();
  BOOST_TEST(module->veto_check(sql));
  BOOST_REQUIRE(core.objects[sql].moves.size() == 1u);
  BOOST_TEST(core.objects[sql].moves[0].first > core.seconds());
  core.objects[sql].schedule.interval = 0;
  BOOST_TEST(module->veto_check(sql));
  BOOST_TEST(core.objects[sql].moves.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_owned_result_is_written_in_the_next_turn_and_another_is_forwarded, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  BOOST_TEST(!module->wants_result(http));
  BOOST_TEST(module->wants_result(sql));
  core.objects[http].state.output = "read too early";
  module->check_started(http);
  module->check_done(http, true, std::nullopt);
  core.objects[http].state.output = "read in time";
  wire::CheckResult raw;
  raw.output = "raw";
  module->check_done(sql, false, raw);
  turns();
  daemon.read();
  BOOST_REQUIRE(said<wire::CoreRows>().size() == 1u);
  const wire::CoreRows rows = said<wire::CoreRows>()[0];
  BOOST_REQUIRE(rows.rows.size() == 1u);
  BOOST_TEST(rows.epoch == 1u);
  BOOST_TEST((rows.kind == wire::CoreRowsKind::write));
  BOOST_TEST(rows.rows[0].version.term == 3u);
  BOOST_TEST(wire::decode<wire::CheckRegister>(rows.rows[0].value)->output == "read in time");
  BOOST_REQUIRE(said<wire::CoreResults>().size() == 1u);
  BOOST_TEST(said<wire::CoreResults>()[0].results[0].output == "raw");
  BOOST_TEST((said<wire::CoreResults>()[0].results[0].object == ObjectKey{host_key("db"), service_key("db", "sql")}));
}

// Its core has written the alert line as the result came in.
BOOST_FIXTURE_TEST_CASE(a_row_of_a_result_that_came_in_here_tells_of_no_event_again, Talk) {
  connect();
  follow({host_key("web")});
  NodeId self, another;
  self.bytes[0] = 1;
  another.bytes[0] = 2;
  std::uint64_t hlc = 0;
  const auto owner_has = [&](const std::string& output, const wire::TakenMark& taken) {
    wire::CheckRegister state;
    state.has_been_checked = true;
    state.output = output;
    state.taken = {taken};
    wire::RowsToCore rows;
    rows.live.push_back({{host_key("db"), service_key("db", "sql")}, wire::RegisterKind::check, {9, 3, ++hlc, {}}, 0, wire::encode(state)});
    daemon.say(rows);
    run(2);
    return core.shown.back().known;
  };
  const auto owner_says = [&](const std::string& output, std::uint64_t number) { return owner_has(output, {self, 42, number}); };
  wire::CheckResult raw;
  raw.output = "broken|load=1";
  module->check_done(sql, false, raw);
  module->check_done(sql, false, raw);
  run(1);
  BOOST_TEST(!owner_says("broken", 1), "the second is still on its way");
  BOOST_TEST(!owner_has("broken", {self, 41, 2}), "a core before us");
  BOOST_TEST(!owner_has("broken", {another, 42, 2}), "another node's");
  BOOST_TEST(owner_says("broken", 2));
  BOOST_TEST(!owner_says("broken", 2), "what the owner finds later is news");
  module->check_done(sql, false, raw);
  run(1);
  BOOST_TEST(!owner_says("well", 3), "and so is what it had of others after ours");
  module->check_done(sql, false, raw);
  run(1);
  BOOST_TEST(owner_says("broken", 5), "with ours, and what came here later");
}

BOOST_FIXTURE_TEST_CASE(a_result_under_the_epoch_that_ends_is_written_under_it, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  module->check_done(disk, true, std::nullopt);
  follow({host_key("db")});
  BOOST_REQUIRE(said<wire::CoreRows>().size() == 1u);
  BOOST_TEST(said<wire::CoreRows>()[0].epoch == 1u);
  BOOST_TEST((daemon.frames.front().type == static_cast<int>(wire::MessageType::core_rows)));
}

BOOST_FIXTURE_TEST_CASE(only_an_owner_with_an_open_gate_handles, Talk) {
  BOOST_TEST(module->veto_event_handler(http));
  connect();
  follow({host_key("web")});
  BOOST_TEST(!module->veto_event_handler(http));
  BOOST_TEST(module->veto_event_handler(sql));
  module->state_changed(sql);
  BOOST_TEST(!core.handlers_on);
  module->check_done(sql, true, wire::CheckResult{});
  BOOST_TEST(core.handlers_on);
  module->state_changed(http);
  BOOST_TEST(core.handlers_on);
  // The daemon is lost: what ran here goes on, but nothing is handled until it is clear by whom.
  daemon.hang_up();
  run(1);
  BOOST_TEST(!module->veto_check(http));
  BOOST_TEST(module->veto_event_handler(http));
}

BOOST_FIXTURE_TEST_CASE(without_a_daemon_it_waits_then_runs_everything, Talk) {
  run(1);
  BOOST_TEST(module->veto_check(http));
  core.pass(config.start_hold);
  // The socket is there but nobody answers: that is no daemon either, a little later.
  core.pass(config.isolation_grace);
  run(2);
  for (Index object = 0; object < 6; ++object) BOOST_TEST(!module->veto_check(object));
  BOOST_TEST(!module->veto_event_handler(http));
  BOOST_TEST(logged("this core runs all its checks by itself"));
  // Results written alone have versions of side 0, and come with the initial rows.
  module->check_done(http, true, std::nullopt);
  turns();
  core.pass(Millis{2000});
  connect();
  run(1);
  daemon.read();
  const auto claims = said<wire::CoreClaims>();
  BOOST_REQUIRE(!claims.empty());
  BOOST_TEST(claims[0].added.size() == 3u);
  BOOST_TEST(claims[0].whole);
  for (const auto& rows : said<wire::CoreRows>()) {
    BOOST_TEST((rows.kind != wire::CoreRowsKind::write));
    for (const auto& row : rows.rows) BOOST_TEST(row.version.side == 0u);
  }
}

// As a stopped process does: its socket stays open, and takes what is sent.
// SIGSTOP and SIGCONT: others have taken over meanwhile, and their word may already wait in the socket.
// A daemon waits for RowsConfirmed; one that does not is no reason to lose the module.
BOOST_FIXTURE_TEST_CASE(batches_that_were_not_waited_for_are_worked_off_in_order, Talk) {
  connect();
  follow({});
  daemon.frames.clear();
  std::string bytes;
  for (std::uint64_t batch = 1; batch <= 3; ++batch) {
    wire::RowsToCore rows;
    rows.batch = batch;
    wire::CheckRegister state;
    state.output = std::to_string(batch);
    for (int i = 0; i < 2 && batch != 2; ++i) {
      rows.live.push_back(
          {{host_key("web"), service_key("web", "http")}, wire::RegisterKind::check, {9, 3, 10 * batch + i, {}}, 0, wire::encode(state)});
    }
    bytes += wire::to_frame(rows);
  }
  daemon.write(bytes);
  run(2);
  const auto confirmed = said<wire::RowsConfirmed>();
  BOOST_REQUIRE(confirmed.size() == 3u);
  for (std::uint64_t batch = 1; batch <= 3; ++batch) BOOST_TEST(confirmed[batch - 1].batch == batch);
  BOOST_REQUIRE(core.shown.size() == 4u);
  BOOST_TEST(core.shown.front().output == "1");
  BOOST_TEST(core.shown.back().output == "3");
}

BOOST_FIXTURE_TEST_CASE(a_daemon_that_comes_back_within_the_grace_finds_what_it_left, Talk) {
  connect();
  follow({host_key("web")});
  daemon.hang_up();
  run(1);
  connect();
  BOOST_TEST((said<wire::CoreClaims>()[0].added == std::vector<std::uint64_t>{host_key("web")}));
  epochs = 0;  // another instance counts anew
  follow({host_key("web"), host_key("db")});
  BOOST_TEST(!module->veto_check(sql));
}

BOOST_FIXTURE_TEST_CASE(an_epoch_that_does_not_follow_is_answered_with_the_whole_set, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  wire::Epoch gap;
  gap.number = 5;
  gap.added = {host_key("db")};
  daemon.say(gap);
  run(1);
  daemon.read();
  const auto claims = said<wire::CoreClaims>();
  BOOST_REQUIRE(claims.size() == 1u);
  BOOST_TEST(claims[0].whole);
  BOOST_TEST(claims[0].epoch == 1u);
  BOOST_TEST((claims[0].added == std::vector<std::uint64_t>{host_key("web")}));
  BOOST_TEST(module->veto_check(sql));
}

BOOST_FIXTURE_TEST_CASE(what_is_not_the_protocol_ends_the_link_and_is_said_once, Talk) {
  const std::vector<std::string> garbage = {
      "GET / HTTP/1.1\r\n\r\n",
      wire::to_frame(wire::Epoch{}),  // before the welcome
      wire::encode_frame(static_cast<std::uint8_t>(wire::MessageType::core_welcome), "\xff\xff\xff"),
      std::string("\x4d\x4c\x01\x29\x00\x00\x00\x00\xff\xff\xff\xff", 12),
  };
  for (const std::string& bytes : garbage) {
    bool connected = false;
    for (int i = 0; i < 60 && !connected; ++i) {
      core.pass(Millis{500});
      run(1);
      connected = daemon.accept();
    }
    BOOST_REQUIRE(connected);
    turns();
    daemon.ended = false;
    daemon.write(bytes);
    run(1);
    daemon.read();
    BOOST_TEST(daemon.ended);
  }
  const auto said_it = [](const std::string& line) { return line.find("is not Merlin's protocol") != std::string::npos; };
  BOOST_TEST(std::count_if(core.lines.begin(), core.lines.end(), said_it) == 1);
}

BOOST_FIXTURE_TEST_CASE(random_bytes_in_any_message_never_throw, Talk) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    connect();
    std::string payload(random() % 200, '\0');
    for (char& byte : payload) byte = static_cast<char>(random());
    daemon.write(wire::encode_frame(static_cast<std::uint8_t>(40 + random() % 15), payload));
    turns();
    daemon.hang_up();
    core.pass(Millis{2000});
    run(1);
  }
}

BOOST_FIXTURE_TEST_CASE(a_daemon_that_does_not_read_costs_bounded_memory_and_nothing_is_lost, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  const std::string big(4000, 'o');
  core.objects[http].state.output = core.objects[disk].state.output = big;
  for (int i = 0; i < 2000; ++i) {
    module->check_done(http, true, std::nullopt);
    module->check_done(disk, true, std::nullopt);
    turns();
  }
  const std::string status = module->status({});
  const auto unsent = std::stoul(status.substr(status.find("\"unsent\": ") + 10));
  BOOST_TEST(unsent > 0u);
  BOOST_TEST(unsent < 2 * Outbox::kLiveUnsentBytes);
  core.objects[http].state.output = "the last";
  module->check_done(http, true, std::nullopt);
  for (int i = 0; i < 200; ++i) {
    daemon.read();
    turns();
  }
  bool found = false;
  for (const auto& rows : said<wire::CoreRows>()) {
    for (const auto& row : rows.rows) found = found || wire::decode<wire::CheckRegister>(row.value)->output == "the last";
  }
  BOOST_TEST(found);
}

BOOST_FIXTURE_TEST_CASE(retention_saves_are_announced_and_the_end_is_said, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  module->saving(true);
  module->saving(false);
  module->check_done(http, true, std::nullopt);
  module->loop_ends(true);
  module.reset();
  daemon.read();
  BOOST_REQUIRE(said<wire::CoreBusy>().size() == 2u);
  BOOST_TEST(said<wire::CoreBusy>()[0].limit_ms == 5000u);
  BOOST_TEST(said<wire::CoreBusy>()[1].limit_ms == 0u);
  BOOST_TEST(said<wire::CoreRows>().size() == 1u);
  BOOST_TEST(said<wire::CoreAway>()[0].reload);
  BOOST_TEST((daemon.frames.back().type == static_cast<int>(wire::MessageType::core_away)));
  BOOST_TEST(daemon.ended);
  BOOST_TEST(core.watched.empty());
  BOOST_TEST(core.closes.empty());
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_told_with_its_reason, Talk) {
  run(1);
  BOOST_REQUIRE(daemon.accept());
  turns();
  daemon.say(wire::Refuse{wire::RefuseReason::cluster, "this is cluster 'other'"});
  run(1);
  BOOST_TEST(logged("this is cluster 'other'"));
}

BOOST_FIXTURE_TEST_CASE(its_state_can_be_asked_for, Talk) {
  connect();
  follow({host_key("web")});
  const std::string status = module->status({});
  BOOST_TEST(status.find("\"mode\": \"following\"") != std::string::npos);
  BOOST_TEST(status.find("\"hosts_owned\": 1") != std::string::npos);
  BOOST_TEST(status.find("\"services_owned\": 2") != std::string::npos);
}
