// start, stop and restart: which commands run, in which order; and how mon waits for a running command.
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "mon/cli/child.hpp"
#include "mon/service/service_plan.hpp"

using namespace merlin;
using namespace merlin::mon;

namespace {

const Machine kWithInit{false, {"merlind", "nagios4"}, {"/usr/sbin/nagios4", "/etc/nagios4/nagios.cfg"}};
const Machine kWithSystemd{true, {"merlind", "naemon"}, {"/usr/bin/naemon", "/etc/naemon/naemon.cfg"}};

std::vector<std::string> commands(Action action, const config::CoreConfig& core, const Machine& machine) {
  const auto plan = plan_service(action, core, machine);
  BOOST_REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : plan.error().text()));
  std::vector<std::string> lines;
  for (const ServiceStep& step : *plan) {
    std::string line = step.what + " " + step.done + ":";
    for (const std::string& word : step.argv) line += " " + word;
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(the_daemon_starts_before_the_core_and_stops_after_it) {
  BOOST_TEST(commands(Action::start, {}, kWithInit) ==
             (Lines{"merlind started: /etc/init.d/merlind start", "core started: /etc/init.d/nagios4 start"}));
  BOOST_TEST(commands(Action::stop, {}, kWithInit) ==
             (Lines{"core stopped: /etc/init.d/nagios4 stop", "merlind stopped: /etc/init.d/merlind stop"}));
}

BOOST_AUTO_TEST_CASE(a_restart_stops_the_core_first_and_starts_it_last) {
  BOOST_TEST(commands(Action::restart, {}, kWithInit) ==
             (Lines{"core stopped: /etc/init.d/nagios4 stop", "merlind restarted: /etc/init.d/merlind restart",
                    "core started: /etc/init.d/nagios4 start"}));
}

BOOST_AUTO_TEST_CASE(systemd_is_used_where_it_runs) {
  BOOST_TEST(commands(Action::start, {}, kWithSystemd) ==
             (Lines{"merlind started: systemctl start merlind.service", "core started: systemctl start naemon.service"}));
}

BOOST_AUTO_TEST_CASE(what_merlin_conf_says_goes_before_what_the_machine_has) {
  config::CoreConfig core;
  core.start = "run-core";
  BOOST_TEST(commands(Action::start, core, kWithInit).back() == "core started: /bin/sh -c run-core");
  BOOST_TEST(commands(Action::stop, core, kWithInit).front() == "core stopped: /etc/init.d/nagios4 stop");
  core.start.reset();
  core.restart = "again";
  BOOST_TEST(commands(Action::restart, core, kWithInit) ==
             (Lines{"merlind restarted: /etc/init.d/merlind restart", "core restarted: /bin/sh -c again"}));
  core.verify = "verify-core";
  BOOST_TEST(verify_command(core, kWithInit) == (Lines{"/bin/sh", "-c", "verify-core"}));
}

BOOST_AUTO_TEST_CASE(the_configured_type_of_core_decides_among_several) {
  const Machine both{false, {"merlind", "nagios4", "naemon"}, {}};
  config::CoreConfig core;
  core.type = config::CoreType::naemon;
  BOOST_TEST(commands(Action::start, core, both).back() == "core started: /etc/init.d/naemon start");
}

BOOST_AUTO_TEST_CASE(a_missing_service_is_named) {
  const auto no_core = plan_service(Action::start, {}, Machine{false, {"merlind"}, {}});
  BOOST_REQUIRE(!no_core.ok());
  BOOST_TEST(no_core.error().text() ==
             "mon start: no service of a core is installed here; set core { start = …  stop = … } in merlin.conf");
  BOOST_TEST(!plan_service(Action::stop, {}, Machine{false, {"nagios4"}, {}}).ok());
}

BOOST_AUTO_TEST_CASE(the_core_is_verified_with_its_own_binary) {
  BOOST_TEST(verify_command({}, kWithInit) == (Lines{"/usr/sbin/nagios4", "-v", "/etc/nagios4/nagios.cfg"}));
  BOOST_TEST(verify_command({}, Machine{}).empty());
  config::CoreConfig core;
  core.config = "/srv/nagios.cfg";
  BOOST_TEST(verify_command(core, kWithInit).back() == "/srv/nagios.cfg");
}

BOOST_AUTO_TEST_CASE(a_command_that_fails_tells_its_last_line) {
  BOOST_TEST(run_child({"/bin/sh", "-c", "exit 0"}, Millis(5000)).ok());
  const auto failed = run_child({"/bin/sh", "-c", "echo first; echo the reason >&2; exit 3"}, Millis(5000));
  BOOST_REQUIRE(!failed.ok());
  BOOST_TEST(failed.error().what == "ended with status 3: the reason");
  BOOST_TEST(!run_child({"/no/such/program"}, Millis(5000)).ok());
}

BOOST_AUTO_TEST_CASE(a_command_that_hangs_is_ended_in_time) {
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(!run_child({"/bin/sh", "-c", "sleep 60"}, Millis(200)).ok());
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_daemon_left_behind_does_not_hold_the_caller) {
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(run_child({"/bin/sh", "-c", "sleep 3 & exit 0"}, Millis(10'000)).ok());
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(2)));
}

BOOST_AUTO_TEST_CASE(services_that_do_not_start_with_the_machine) {
  Machine machine = kWithSystemd;
  machine.disabled = {"merlind", "naemon", "other"};
  BOOST_TEST(services_not_started_at_boot({}, machine) == (Lines{"merlind", "naemon"}));
  machine.disabled = {"naemon"};
  BOOST_TEST(services_not_started_at_boot({}, machine) == (Lines{"naemon"}));
  config::CoreConfig core;
  core.start = "run-core";
  BOOST_TEST(services_not_started_at_boot(core, machine).empty());
  BOOST_TEST(core_service({}, machine) == "naemon");
  BOOST_TEST(core_service(core, machine).empty());
}

BOOST_AUTO_TEST_CASE(a_program_s_output_is_kept_whatever_its_status) {
  const auto end = run_to_end({"/bin/sh", "-c", "echo first; echo second >&2; exit 3"}, Millis(10'000));
  BOOST_REQUIRE(end.ok());
  BOOST_TEST(end->output == "first\nsecond\n");
  BOOST_TEST(end->status == 3 << 8);
}
