// The reactions to a result (event handler, obsess command, performance data) happen once, at the owner, no matter how it arrived.
#include "tests/unit/module_played_daemon.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

const std::vector<Index> kNothing;

wire::CheckResult passive_result() {
  wire::CheckResult result;
  result.passive = true;
  result.output = "well";
  return result;
}

struct Owner : Talk {
  Owner() {
    connect();
    follow({host_key("web")});
  }
  // As the core does, which then checks what is enabled.
  void state_changed(Index object, bool active) { module->state_changed(object, {.active = active}); }
  void done(Index object, bool active) {
    module->check_done(object, active, module->wants_result(object) ? std::optional(passive_result()) : std::nullopt);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_owner_reacts_to_each_result_once, Owner) {
  done(kHttp, true);
  BOOST_TEST(core.obsessed == std::vector<Index>{kHttp}, boost::test_tools::per_element());
  BOOST_TEST(core.perfdata_on);
  state_changed(kHttp, false);
  BOOST_TEST(core.handlers_on);
  BOOST_TEST(core.obsessed.size() == 2u, "before the core calls a recovery hard");
  done(kHttp, false);
  BOOST_TEST(core.obsessed.size() == 2u);
  done(kHttp, false);
  BOOST_TEST(core.obsessed.size() == 3u);
  BOOST_TEST(core.perfdata_on);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_takes_a_result_of_anothers_object_does_not_react, Owner) {
  state_changed(kSql, false);
  BOOST_TEST(!core.handlers_on);
  done(kSql, false);
  BOOST_TEST(core.obsessed == kNothing);
  BOOST_TEST(!core.perfdata_on);
  run(1);
  BOOST_TEST(core.perfdata_on, "the core's own setting is back a turn later");
}

// Results of a spool folder arrive one right after the other.
BOOST_FIXTURE_TEST_CASE(what_is_suppressed_of_one_result_is_not_of_the_next, Owner) {
  state_changed(kSql, false);
  done(kSql, false);
  state_changed(kHttp, false);
  BOOST_TEST(core.handlers_on);
  done(kHttp, false);
  BOOST_TEST(core.obsessed == std::vector<Index>{kHttp}, boost::test_tools::per_element());
  BOOST_TEST(core.perfdata_on);
}

BOOST_FIXTURE_TEST_CASE(nothing_follows_here_from_a_check_that_ran_when_its_object_moved, Owner) {
  module->check_started(kHttp);
  core.objects[kHttp].schedule.executing = true;
  follow({host_key("db")});
  state_changed(kHttp, true);
  BOOST_TEST(!core.handlers_on);
  done(kHttp, true);
  BOOST_TEST(core.obsessed == kNothing);
  BOOST_TEST(!core.perfdata_on);
  // It returns with the ownership, from the daemon, and is processed as the owner's.
  follow({host_key("web")});
  done(kHttp, true);
  BOOST_TEST(core.obsessed == std::vector<Index>{kHttp}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(another_nodes_row_causes_nothing_here, Owner) {
  core.on_bring_in = [this](Index object) {  // as a core's broker does
    module->state_changed(object, {.active = true});
    module->check_done(object, true, std::nullopt);
  };
  wire::RowsToCore rows;
  wire::CheckRegister state;
  state.has_been_checked = true;
  rows.live.push_back({{host_key("web"), service_key("web", "http")}, wire::RegisterKind::check, {9, 3, 1, {}}, 0, wire::encode(state)});
  daemon.say(rows);
  run(1);
  BOOST_TEST(core.shown.size() == 1u);
  BOOST_TEST(core.obsessed == kNothing);
}

// A passive one also goes to the daemon, for the present owner.
BOOST_FIXTURE_TEST_CASE(in_doubt_the_owner_reacts_to_its_own_checks_alone, Owner) {
  daemon.silent = true;
  core.pass(config.core_timeout);
  run(1);
  state_changed(kHttp, false);
  BOOST_TEST(!core.handlers_on);
  done(kHttp, false);
  BOOST_TEST(core.obsessed == kNothing);
  BOOST_TEST(!core.perfdata_on);
  done(kHttp, true);
  BOOST_TEST(core.obsessed == std::vector<Index>{kHttp}, boost::test_tools::per_element());
  BOOST_TEST(core.perfdata_on);
}
