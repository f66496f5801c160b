// A daemon that is stopped and a core that was: what is run and told meanwhile, and when it goes on (R8).
#include "module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

BOOST_FIXTURE_TEST_CASE(a_silent_daemon_is_a_lost_one, Talk) {
  config.pulse_interval = Millis{100};
  config.isolation_grace = Millis{500};
  module = std::make_unique<Module>(core, config, nullptr, 42);
  connect();
  follow({host_key("web")});
  run(12);
  BOOST_TEST(!module->veto_event_handler(http), "it speaks at each pulse");
  daemon.silent = true;
  run(4);
  BOOST_TEST(!module->veto_event_handler(http));
  run(5);
  BOOST_TEST(module->veto_event_handler(http));
  BOOST_TEST(!module->veto_check(http), "what ran goes on running");
  BOOST_TEST(module->veto_check(sql));
  BOOST_TEST(logged("the daemon has said nothing for 300 ms"));
  run(11);
  BOOST_TEST(!module->veto_check(sql));
  BOOST_TEST(!module->veto_event_handler(http));
  // accept() lets go of the link that is there: nothing else was waiting.
  BOOST_TEST(!daemon.accept(), "a stopped process is not knocked at again and again");
}

BOOST_FIXTURE_TEST_CASE(a_daemon_that_was_silent_is_heard_on_a_new_link, Talk) {
  config.pulse_interval = Millis{100};
  module = std::make_unique<Module>(core, config, nullptr, 42);
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  run(9);
  BOOST_TEST(module->veto_event_handler(http));
  wire::Epoch late;
  late.number = ++epochs;
  late.added = {host_key("db")};
  daemon.say(late);
  run(1);
  BOOST_TEST(module->veto_check(sql));
  daemon.read();
  BOOST_TEST(daemon.ended);
  daemon.silent = false;
  epochs = 0;
  connect();
  follow({host_key("db")});
  BOOST_TEST(!module->veto_check(sql));
  BOOST_TEST(!module->veto_event_handler(sql));
}

BOOST_FIXTURE_TEST_CASE(a_core_that_stood_still_does_nothing_before_the_daemon_has_spoken, Talk) {
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  core.pass(config.core_timeout);
  BOOST_TEST(module->veto_check(http), "before its tick, too");
  BOOST_TEST(module->veto_event_handler(http));
  BOOST_TEST(core.objects[http].moves.back().first == core.seconds() + 1);
  daemon.say(wire::DaemonBeat{1});  // of before
  run(3);
  BOOST_TEST(module->veto_check(http));
  BOOST_TEST(module->veto_event_handler(http));
  BOOST_TEST(logged("this core stood still"));
  wire::Epoch taken;
  taken.number = ++epochs;
  taken.removed = {host_key("web")};
  taken.added = {host_key("db")};
  daemon.say(taken);
  run(1);
  BOOST_TEST(module->veto_check(sql));
  daemon.read();
  daemon.say(wire::DaemonBeat{said<wire::CoreBeat>().back().number});
  run(1);
  BOOST_TEST(!module->veto_check(sql));
  BOOST_TEST(module->veto_check(http));
}

BOOST_FIXTURE_TEST_CASE(a_core_that_saved_as_it_said_goes_on_at_once, Talk) {
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  module->saving(true);
  core.pass(config.busy_limit);
  module->saving(false);
  BOOST_TEST(!module->veto_check(http));
  module->saving(true);
  core.pass(config.busy_limit + Millis{1});
  module->saving(false);
  BOOST_TEST(module->veto_check(http));
}

namespace {

wire::CheckResult passive(const std::string& output) {
  wire::CheckResult result;
  result.output = output;
  return result;
}

std::uint64_t mark_of(const wire::CoreRows& rows) {
  const auto state = wire::decode<wire::CheckRegister>(rows.rows.back().value);
  return state->taken.empty() ? 0 : state->taken.back().number;
}

}  // namespace

// F04 I1
BOOST_FIXTURE_TEST_CASE(a_passive_result_taken_while_the_daemon_is_silent_is_state_and_is_kept_for_whoever_took_over, Talk) {
  config.pulse_interval = Millis{100};
  module = std::make_unique<Module>(core, config, nullptr, 42);
  connect();
  follow({host_key("web")});
  BOOST_TEST(!module->wants_result(http));
  daemon.silent = true;
  run(9);
  BOOST_REQUIRE(module->wants_result(http));
  module->check_done(http, false, passive("from outside"));
  module->check_done(disk, true, passive("its own"));
  daemon.silent = false;
  epochs = 0;
  connect();
  run(3);
  BOOST_REQUIRE(said<wire::CoreResults>().size() == 1u);
  BOOST_REQUIRE(said<wire::CoreResults>()[0].results.size() == 1u);
  BOOST_TEST(said<wire::CoreResults>()[0].results[0].output == "from outside");
  const std::uint64_t number = said<wire::CoreResults>()[0].results[0].number;
  bool contained = false;
  for (const wire::CoreRows& rows : said<wire::CoreRows>()) {
    for (const wire::Register& row : rows.rows) {
      const auto state = wire::decode<wire::CheckRegister>(row.value);
      contained |= row.object.service == service_key("web", "http") && !state->taken.empty() && state->taken[0].number == number &&
                   state->taken[0].taker_instance == 42;
    }
  }
  BOOST_TEST(contained, "where the row stands it need not come again");
}

BOOST_FIXTURE_TEST_CASE(a_passive_result_taken_after_a_stall_is_handed_to_the_daemon_too_until_it_has_spoken, Talk) {
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  core.pass(config.core_timeout);
  BOOST_REQUIRE(module->wants_result(http));
  module->check_done(http, false, passive("in doubt"));
  run(2);
  daemon.read();
  BOOST_REQUIRE(said<wire::CoreResults>().size() == 1u);
  BOOST_TEST(mark_of(said<wire::CoreRows>().back()) == said<wire::CoreResults>()[0].results[0].number);
}

// F05 I3
BOOST_FIXTURE_TEST_CASE(anothers_result_that_came_before_a_stall_is_refused_until_the_daemon_has_spoken, Talk) {
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  core.pass(config.core_timeout);
  wire::ForwardedResult forwarded;
  forwarded.number = 9;
  forwarded.result.object = {host_key("web"), service_key("web", "http")};
  core.on_process = [this](Index object) { module->check_done(object, false, passive("another's")); };
  daemon.say(wire::ResultsToCore{{forwarded}});
  run(2);
  daemon.read();
  BOOST_TEST(core.objects[http].results == 0);
  BOOST_REQUIRE(said<wire::ResultsTaken>().size() == 1u);
  BOOST_TEST(said<wire::ResultsTaken>()[0].refused.size() == 1u, "who took over may have it by now");
  daemon.say(wire::DaemonBeat{said<wire::CoreBeat>().back().number});
  daemon.say(wire::ResultsToCore{{forwarded}});
  run(2);
  daemon.read();
  BOOST_TEST(core.objects[http].results == 1);
  BOOST_TEST(said<wire::CoreResults>().empty(), "that one its taker keeps");
}

// F05 I2: the owner stood still, and who took results for it becomes the owner.
BOOST_FIXTURE_TEST_CASE(what_waited_for_an_owner_that_is_gone_does_not_come_behind_a_newer_one, Talk) {
  connect();
  follow({host_key("web")});
  module->check_done(sql, false, passive("older"));
  run(3);
  daemon.read();
  const wire::CheckResult older = said<wire::CoreResults>().at(0).results.at(0);
  follow({host_key("db")});
  module->check_done(sql, false, passive("newer"));
  run(3);
  daemon.read();
  const auto state = wire::decode<wire::CheckRegister>(said<wire::CoreRows>().back().rows.back().value);
  BOOST_REQUIRE(state->taken.size() == 1u);
  BOOST_TEST(state->taken[0].number == older.number, "the daemon need not give it back");
  wire::ForwardedResult back;
  back.taker.bytes[0] = 1;
  back.taker_instance = 42;
  back.number = older.number;
  back.result = older;
  daemon.say(wire::ResultsToCore{{back}});
  run(1);
  daemon.read();
  BOOST_TEST(said<wire::ResultsTaken>().at(0).taken.size() == 1u);
  BOOST_TEST(core.objects[sql].results == 0);
}

// F04 I2
BOOST_FIXTURE_TEST_CASE(what_a_core_alone_has_taken_since_is_newer_than_what_still_waits, Talk) {
  config.pulse_interval = Millis{100};
  config.isolation_grace = Millis{500};
  module = std::make_unique<Module>(core, config, nullptr, 42);
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  run(9);
  module->check_done(sql, false, passive("older"));
  module->check_done(disk, false, passive("of another service"));
  run(11);
  BOOST_REQUIRE(!module->wants_result(sql));
  module->check_done(sql, false, std::nullopt);
  daemon.silent = false;
  epochs = 0;
  connect();
  run(3);
  BOOST_REQUIRE(said<wire::CoreResults>().size() == 1u);
  BOOST_REQUIRE(said<wire::CoreResults>()[0].results.size() == 1u);
  BOOST_TEST(said<wire::CoreResults>()[0].results[0].output == "of another service");
  follow({host_key("db")});
  wire::ForwardedResult older;
  older.taker.bytes[0] = 1;
  older.taker_instance = 42;
  older.number = 1;
  older.result.object = {host_key("db"), service_key("db", "sql")};
  daemon.say(wire::ResultsToCore{{older}});
  run(1);
  daemon.read();
  BOOST_REQUIRE(said<wire::ResultsTaken>().size() == 1u);
  BOOST_TEST(said<wire::ResultsTaken>()[0].taken.size() == 1u);
  BOOST_TEST(core.objects[sql].results == 0, "though the daemon had read it before it stood still");
}
