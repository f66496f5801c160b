// Messages on the module's link, and their effects.
#include <random>

#include "tests/unit/module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

BOOST_FIXTURE_TEST_CASE(it_says_hello_then_inventory_claims_and_what_the_core_knew, Talk) {
  run(1);
  BOOST_REQUIRE(accept());
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
    if (frame.type != static_cast<int>(wire::MessageType::core_heartbeat)) types.push_back(frame.type);
  }
  BOOST_TEST((types == std::vector<int>{40, 16, 48, 45}));
  BOOST_TEST(said<wire::CoreRows>()[0].rows.size() == 6u);
  BOOST_TEST((said<wire::CoreRows>()[0].kind == wire::CoreRowsKind::initial_last));
  BOOST_TEST(!said<wire::CoreHeartbeat>().empty());
}

BOOST_FIXTURE_TEST_CASE(nothing_runs_before_the_first_epoch_and_then_what_it_says, Talk) {
  BOOST_TEST(module->veto_check(kHttp));
  connect();
  BOOST_TEST(module->veto_check(kHttp));
  follow({host_key("web")});
  BOOST_TEST((said<wire::CoreClaims>().back().added == std::vector<std::uint64_t>{host_key("web")}));
  BOOST_TEST(!module->veto_check(kHttp));
  BOOST_TEST(!module->veto_check(kWeb));
  BOOST_TEST(module->veto_check(kSql));
}

BOOST_FIXTURE_TEST_CASE(a_vetoed_check_stays_scheduled_in_the_future, Talk) {
  core.objects[kSql].moves.clear();
  BOOST_TEST(module->veto_check(kSql));
  BOOST_REQUIRE(core.objects[kSql].moves.size() == 1u);
  BOOST_TEST(core.objects[kSql].moves[0].first > core.seconds());
  core.objects[kSql].schedule.interval = 0;
  BOOST_TEST(module->veto_check(kSql));
  BOOST_TEST(core.objects[kSql].moves.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_owned_result_is_written_in_the_next_turn_and_another_is_forwarded, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  BOOST_TEST(!module->wants_result(kHttp));
  BOOST_TEST(module->wants_result(kSql));
  core.objects[kHttp].state.output = "read too early";
  module->check_started(kHttp);
  module->check_done(kHttp, true, std::nullopt);
  core.objects[kHttp].state.output = "read in time";
  wire::CheckResult raw;
  raw.output = "raw";
  module->check_done(kSql, false, raw);
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

// Several results of one object in one turn: each one as it was. Of those in between that are not logged, only the newest state is sent.
BOOST_FIXTURE_TEST_CASE(each_result_that_the_core_logs_is_a_row_of_its_own, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  const auto result = [&](int state, int type, int attempt, const std::string& output, std::optional<Alert> logged) {
    wire::CheckRegister& shown = core.objects[kHttp].state;
    shown.current_state = state;
    shown.state_type = type;
    shown.current_attempt = attempt;
    shown.output = output;
    if (logged) module->state_changed(kHttp, *logged);
    module->check_done(kHttp, true, std::nullopt);
  };
  result(2, 0, 1, "bad 1", Alert{false, 1});
  result(2, 1, 2, "bad 2", Alert{true, 2});
  result(2, 1, 2, "still bad", std::nullopt);
  result(0, 1, 1, "well", Alert{true, 2});
  turns();
  daemon.read();
  std::vector<wire::Register> rows;
  for (const wire::CoreRows& message : said<wire::CoreRows>()) rows.insert(rows.end(), message.rows.begin(), message.rows.end());
  BOOST_REQUIRE(rows.size() == 3u);
  const std::vector<std::string> outputs{"bad 1", "bad 2", "well"};
  const std::vector<std::uint32_t> attempts{1, 2, 2};
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const auto state = wire::decode<wire::CheckRegister>(rows[at].value);
    BOOST_TEST(state->output == outputs[at]);
    BOOST_TEST(state->logged_attempt == attempts[at]);
    BOOST_TEST(state->has_been_checked);
    BOOST_TEST(rows[at].alert);
    if (at > 0) BOOST_TEST((rows[at - 1].version < rows[at].version));
  }
  const auto hard = wire::decode<wire::CheckRegister>(rows[1].value);
  BOOST_TEST((hard->logged_as == wire::LoggedAs::hard));
  BOOST_TEST(hard->last_hard_state == 2, "which the core writes only when it has reported the result");
}

BOOST_FIXTURE_TEST_CASE(alerts_wait_for_a_daemon, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  const auto alert = [&](const std::string& output) {
    core.objects[kHttp].state.output = output;
    core.objects[kHttp].state.has_been_checked = true;
    module->state_changed(kHttp, {true, 1});
    module->check_done(kHttp, true, std::nullopt);
  };
  const auto alerts = [&] {
    std::vector<std::string> outputs;
    for (const wire::CoreRows& message : said<wire::CoreRows>()) {
      for (const wire::Register& row : message.rows) {
        if (row.alert) outputs.push_back(wire::decode<wire::CheckRegister>(row.value)->output);
      }
    }
    daemon.frames.clear();
    return outputs;
  };
  alert("with a daemon");
  run(2);
  BOOST_TEST(alerts() == std::vector<std::string>{"with a daemon"}, boost::test_tools::per_element());
  daemon.hang_up();
  run(1);
  alert("without a daemon");
  alert("and another");
  run(1);
  connect();
  run(2);
  // It has not confirmed the first.
  BOOST_TEST(alerts() == (std::vector<std::string>{"with a daemon", "without a daemon", "and another"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_flood_of_alerts_is_bounded_and_its_newest_state_is_sent, Talk) {
  connect();
  follow({host_key("web")});
  daemon.hang_up();
  run(1);
  for (std::size_t number = 0; number < AlertQueue::kMost + 5; ++number) {
    core.objects[kHttp].state.output = std::to_string(number);
    module->state_changed(kHttp, {true, 1});
    module->check_done(kHttp, true, std::nullopt);
  }
  BOOST_TEST(logged("too many alerts wait"));
  BOOST_TEST(module->status({}, {}).find("\"alerts_dropped\": 5,") != std::string::npos);
}

// Its core has logged the alert line when the result arrived.
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
  const auto comes_in = [&](bool logged) {
    if (logged) module->state_changed(kSql, {true, 1, false});
    module->check_done(kSql, false, raw);
  };
  comes_in(true);
  comes_in(true);
  run(1);
  BOOST_TEST(owner_says("broken", 1), "this core has logged the first, too");
  BOOST_TEST(!owner_has("broken", {self, 41, 2}), "a core before us");
  BOOST_TEST(!owner_has("broken", {another, 42, 2}), "another node's");
  BOOST_TEST(owner_says("broken", 2));
  BOOST_TEST(!owner_says("broken", 2), "what the owner finds later is news");
  comes_in(true);
  run(1);
  BOOST_TEST(!owner_says("well", 3), "and so is what it had of others after ours");
  comes_in(true);
  run(1);
  BOOST_TEST(owner_says("broken", 5), "with ours, and what came here later");
  comes_in(false);
  run(1);
  BOOST_TEST(!owner_says("broken", 6), "no alert to this core, but one to the owner");
}

BOOST_FIXTURE_TEST_CASE(a_result_under_the_epoch_that_ends_is_written_under_it, Talk) {
  connect();
  follow({host_key("web")});
  daemon.frames.clear();
  module->check_done(kDisk, true, std::nullopt);
  follow({host_key("db")});
  BOOST_REQUIRE(said<wire::CoreRows>().size() == 1u);
  BOOST_TEST(said<wire::CoreRows>()[0].epoch == 1u);
  BOOST_TEST((daemon.frames.front().type == static_cast<int>(wire::MessageType::core_rows)));
}

BOOST_FIXTURE_TEST_CASE(only_an_owner_with_an_open_gate_handles, Talk) {
  BOOST_TEST(module->veto_event_handler(kHttp));
  connect();
  follow({host_key("web")});
  BOOST_TEST(!module->veto_event_handler(kHttp));
  BOOST_TEST(module->veto_event_handler(kSql));
  module->state_changed(kSql, {.active = true});
  BOOST_TEST(!core.handlers_on);
  module->check_done(kSql, true, wire::CheckResult{});
  BOOST_TEST(core.handlers_on);
  module->state_changed(kHttp, {.active = true});
  BOOST_TEST(core.handlers_on);
  // The daemon is lost: running checks continue, but no reaction happens until the owner is confirmed.
  daemon.hang_up();
  run(1);
  BOOST_TEST(!module->veto_check(kHttp));
  BOOST_TEST(module->veto_event_handler(kHttp));
}

BOOST_FIXTURE_TEST_CASE(without_a_daemon_it_waits_then_runs_everything, Talk) {
  run(1);
  BOOST_TEST(module->veto_check(kHttp));
  core.pass(config.start_hold);
  // The socket exists but there is no answer: this counts as no daemon, too, a little later.
  core.pass(config.isolation_grace);
  run(2);
  for (Index object = 0; object < 6; ++object) BOOST_TEST(!module->veto_check(object));
  BOOST_TEST(!module->veto_event_handler(kHttp));
  BOOST_TEST(logged("this core runs all its checks itself"));
  // Results written in isolation have versions with view size 0, and are sent with the initial rows.
  module->check_done(kHttp, true, std::nullopt);
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

// A daemon that does not wait for RowsConfirmed must not overload the module.
BOOST_FIXTURE_TEST_CASE(batches_that_were_not_waited_for_are_worked_off_in_order, Talk) {
  connect();
  follow({});
  daemon.frames.clear();
  for (std::uint64_t batch = 1; batch <= 3; ++batch) {
    wire::RowsToCore rows;
    rows.batch = batch;
    wire::CheckRegister state;
    state.output = std::to_string(batch);
    for (int i = 0; i < 2 && batch != 2; ++i) {
      rows.live.push_back(
          {{host_key("web"), service_key("web", "http")}, wire::RegisterKind::check, {9, 3, 10 * batch + i, {}}, 0, wire::encode(state)});
    }
    daemon.say(rows);
  }
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
  epochs = 0;  // another instance starts counting again
  follow({host_key("web"), host_key("db")});
  BOOST_TEST(!module->veto_check(kSql));
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
  BOOST_TEST(module->veto_check(kSql));
}

BOOST_FIXTURE_TEST_CASE(what_is_not_the_protocol_ends_the_link_and_is_said_once, Talk) {
  const auto type = [](wire::MessageType of) { return static_cast<std::uint8_t>(of); };
  const std::vector<wire::Frame> garbage = {
      {wire::kProtocolVersion, type(wire::MessageType::epoch), ""},  // before the welcome
      {wire::kProtocolVersion, type(wire::MessageType::core_welcome), "\xff\xff\xff"},
  };
  for (const wire::Frame& frame : garbage) {
    BOOST_REQUIRE(accept());
    daemon.say_frame(frame);
    run(1);
    BOOST_TEST(daemon.ended);
  }
  module->received_garbage(Error{"no frame", "", ""}, core.now());
  const auto said_it = [](const std::string& line) { return line.find("is not Merlin's protocol") != std::string::npos; };
  BOOST_TEST(std::count_if(core.lines.begin(), core.lines.end(), said_it) == 1);
}

BOOST_FIXTURE_TEST_CASE(random_bytes_in_any_message_never_throw, Talk) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    connect();
    std::string payload(random() % 200, '\0');
    for (char& byte : payload) byte = static_cast<char>(random());
    daemon.say_frame({wire::kProtocolVersion, static_cast<std::uint8_t>(40 + random() % 15), payload});
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
  core.objects[kHttp].state.output = core.objects[kDisk].state.output = big;
  for (int i = 0; i < 2000; ++i) {
    module->check_done(kHttp, true, std::nullopt);
    module->check_done(kDisk, true, std::nullopt);
    turns();
  }
  const std::size_t unsent = daemon.unsent_bytes();
  BOOST_TEST(unsent > 0u);
  BOOST_TEST(unsent < 2 * Outbox::kLiveUnsentBytes);
  core.objects[kHttp].state.output = "the last";
  module->check_done(kHttp, true, std::nullopt);
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
  module->check_done(kHttp, true, std::nullopt);
  module->leave(true);
  daemon.read();
  BOOST_REQUIRE(said<wire::CoreBusy>().size() == 2u);
  BOOST_TEST(said<wire::CoreBusy>()[0].limit_ms == 5000u);
  BOOST_TEST(said<wire::CoreBusy>()[1].limit_ms == 0u);
  BOOST_TEST(said<wire::CoreRows>().size() == 1u);
  BOOST_TEST(said<wire::CoreAway>()[0].reload);
  BOOST_TEST((daemon.frames.back().type == static_cast<int>(wire::MessageType::core_away)));
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_told_with_its_reason, Talk) {
  run(1);
  BOOST_REQUIRE(accept());
  turns();
  daemon.say(wire::Refuse{wire::RefuseReason::cluster, "this is cluster 'other'"});
  run(1);
  BOOST_TEST(logged("this is cluster 'other'"));
}

BOOST_FIXTURE_TEST_CASE(its_state_can_be_asked_for, Talk) {
  connect();
  follow({host_key("web")});
  const std::string status = module->status({}, {});
  BOOST_TEST(status.find("\"mode\": \"following\"") != std::string::npos);
  BOOST_TEST(status.find("\"hosts_owned\": 1") != std::string::npos);
  BOOST_TEST(status.find("\"services_owned\": 2") != std::string::npos);
}
