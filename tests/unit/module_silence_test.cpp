// A stopped daemon, and a core that was stopped: what runs and is notified meanwhile, and when it continues (R8).
#include "tests/unit/module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

BOOST_FIXTURE_TEST_CASE(a_silent_daemon_is_a_lost_one, Talk) {
  config.pulse_interval = Millis{100};
  config.isolation_grace = Millis{500};
  begin();
  connect();
  follow({host_key("web")});
  run(12);
  BOOST_TEST(!module->veto_event_handler(kHttp), "it speaks at each pulse");
  daemon.silent = true;
  run(4);
  BOOST_TEST(!module->veto_event_handler(kHttp));
  run(5);
  BOOST_TEST(module->veto_event_handler(kHttp));
  BOOST_TEST(!module->veto_check(kHttp), "what ran goes on running");
  BOOST_TEST(module->veto_check(kSql));
  BOOST_TEST(logged("the daemon has been silent"));
  run(11);
  BOOST_TEST(!module->veto_check(kSql));
  BOOST_TEST(!module->veto_event_handler(kHttp));
}

BOOST_FIXTURE_TEST_CASE(a_core_that_stood_still_does_nothing_before_the_daemon_has_spoken, Talk) {
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  core.pass(config.core_timeout);
  BOOST_TEST(module->veto_check(kHttp), "before its tick, too");
  BOOST_TEST(module->veto_event_handler(kHttp));
  BOOST_TEST(core.objects[kHttp].moves.back().first == core.seconds() + 1);
  daemon.say(wire::DaemonHeartbeat{1});  // an earlier one
  run(3);
  BOOST_TEST(module->veto_check(kHttp));
  BOOST_TEST(module->veto_event_handler(kHttp));
  BOOST_TEST(logged("this core hung for"));
  wire::Epoch taken;
  taken.number = ++epochs;
  taken.removed = {host_key("web")};
  taken.added = {host_key("db")};
  daemon.say(taken);
  run(1);
  BOOST_TEST(module->veto_check(kSql));
  daemon.read();
  daemon.say(wire::DaemonHeartbeat{said<wire::CoreHeartbeat>().back().number});
  run(1);
  BOOST_TEST(!module->veto_check(kSql));
  BOOST_TEST(module->veto_check(kHttp));
}

BOOST_FIXTURE_TEST_CASE(a_core_that_saved_as_it_said_goes_on_at_once, Talk) {
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  module->saving(true);
  core.pass(config.busy_limit);
  module->saving(false);
  BOOST_TEST(!module->veto_check(kHttp));
  module->saving(true);
  core.pass(config.busy_limit + Millis{1});
  module->saving(false);
  BOOST_TEST(module->veto_check(kHttp));
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
  begin();
  connect();
  follow({host_key("web")});
  BOOST_TEST(!module->wants_result(kHttp));
  daemon.silent = true;
  run(9);
  BOOST_REQUIRE(module->wants_result(kHttp));
  module->check_done(kHttp, false, passive("from outside"));
  module->check_done(kDisk, true, passive("its own"));
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
  BOOST_REQUIRE(module->wants_result(kHttp));
  module->check_done(kHttp, false, passive("in doubt"));
  run(2);
  daemon.read();
  BOOST_REQUIRE(said<wire::CoreResults>().size() == 1u);
  BOOST_TEST(mark_of(said<wire::CoreRows>().back()) == said<wire::CoreResults>()[0].results[0].number);
}

namespace {

// The mark of this core's own results in the last row of http that was sent; 0: it has none.
std::uint64_t last_own_mark(const std::vector<wire::CoreRows>& messages) {
  std::uint64_t mark = 0;
  for (const wire::CoreRows& rows : messages) {
    for (const wire::Register& row : rows.rows) {
      if (row.object.service != service_key("web", "http")) continue;
      mark = mark_of({{row}, 0, {}, 0});
    }
  }
  return mark;
}

struct Held : Talk {
  Held() {
    config.pulse_interval = Millis{100};
    config.isolation_grace = Millis{500};
    config.when_isolated = config::WhenIsolated::hold;
    begin();
    connect();
    follow({host_key("web")});
    daemon.silent = true;
    run(9);
    module->check_done(kHttp, false, passive("the owner's"));
    run(11);
  }
  std::vector<std::string> said_results() {
    std::vector<std::string> outputs;
    for (const wire::CoreResults& message : said<wire::CoreResults>()) {
      for (const wire::CheckResult& result : message.results) outputs.push_back(result.output);
    }
    return outputs;
  }
  void reconnect() {
    daemon.silent = false;
    epochs = 0;
    connect();
    run(3);
  }
};

}  // namespace

// I1: by then the row, which no daemon has received, shows the later result.
BOOST_FIXTURE_TEST_CASE(a_row_does_not_contain_a_result_that_another_has_replaced_in_the_core_since, Held) {
  BOOST_REQUIRE(module->wants_result(kHttp));
  module->check_done(kHttp, false, passive("not the owner's"));
  reconnect();
  const std::vector<std::string> results = said_results();
  BOOST_REQUIRE(results.size() == 2u);
  BOOST_TEST(results[0] == "the owner's");
  BOOST_TEST(results[1] == "not the owner's");
  BOOST_TEST(last_own_mark(said<wire::CoreRows>()) == 0u, "the owner is to process both");
}

BOOST_FIXTURE_TEST_CASE(a_row_contains_the_result_that_it_shows, Held) {
  reconnect();
  BOOST_REQUIRE(said_results().size() == 1u);
  BOOST_TEST(last_own_mark(said<wire::CoreRows>()) == 1u);
}

// I1: a planned stop keeps the row with its marks.
BOOST_FIXTURE_TEST_CASE(a_row_of_the_last_start_does_not_contain_what_was_replaced_in_this_one, Held) {
  const Spool spool = module->leave(true);
  BOOST_REQUIRE(spool.rows.size() == 1u);
  begin(43);
  module->restore(spool);
  BOOST_REQUIRE(module->wants_result(kHttp));
  module->check_done(kHttp, false, passive("not the owner's"));
  reconnect();
  BOOST_TEST(said_results().size() == 2u);
  BOOST_TEST(last_own_mark(said<wire::CoreRows>()) == 0u);
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
  BOOST_TEST(core.objects[kHttp].results == 0);
  BOOST_REQUIRE(said<wire::ResultsTaken>().size() == 1u);
  BOOST_TEST(said<wire::ResultsTaken>()[0].refused.size() == 1u, "who took over may have it by now");
  daemon.say(wire::DaemonHeartbeat{said<wire::CoreHeartbeat>().back().number});
  daemon.say(wire::ResultsToCore{{forwarded}});
  run(2);
  daemon.read();
  BOOST_TEST(core.objects[kHttp].results == 1);
  BOOST_TEST(said<wire::CoreResults>().empty(), "that one its taker keeps");
}

// F05 I2: the owner hung, and the node that received results for it becomes the owner.
BOOST_FIXTURE_TEST_CASE(what_waited_for_an_owner_that_is_gone_does_not_come_behind_a_newer_one, Talk) {
  connect();
  follow({host_key("web")});
  module->check_done(kSql, false, passive("older"));
  run(3);
  daemon.read();
  const wire::CheckResult older = said<wire::CoreResults>().at(0).results.at(0);
  follow({host_key("db")});
  module->check_done(kSql, false, passive("newer"));
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
  BOOST_TEST(core.objects[kSql].results == 0);
}

// F04 I2
BOOST_FIXTURE_TEST_CASE(what_a_core_alone_has_taken_since_is_newer_than_what_still_waits, Talk) {
  config.pulse_interval = Millis{100};
  config.isolation_grace = Millis{500};
  begin();
  connect();
  follow({host_key("web")});
  daemon.silent = true;
  run(9);
  module->check_done(kSql, false, passive("older"));
  module->check_done(kDisk, false, passive("of another service"));
  run(11);
  BOOST_REQUIRE(!module->wants_result(kSql));
  module->check_done(kSql, false, std::nullopt);
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
  BOOST_TEST(core.objects[kSql].results == 0, "though the daemon had read it before it stood still");
}
