// Why the core is not connected: each cause has its own text and its own fix.
#include <boost/test/unit_test.hpp>

#include "mon/service/core_check.hpp"
#include "mon/service/core_diagnosis.hpp"
#include "shared/base/broker_options.hpp"
#include "tests/unit/temp_folder.hpp"

using namespace merlin;
using namespace merlin::mon;

namespace {

constexpr const char* kMainFile = "/etc/nagios4/nagios.cfg";

CoreFacts running(std::vector<std::string> log = {"Nagios 4.4.6 starting... (PID=12)",
                                                  "merlin: module 0.1.0 loaded with /etc/merlin/merlin.conf"}) {
  CoreFacts facts;
  facts.main_file = kMainFile;
  facts.settings = CoreSettings{true, ~0UL, "/var/log/nagios4/nagios.log", ""};
  facts.is_running = true;
  facts.log = std::move(log);
  return facts;
}

CoreFacts stopped(std::vector<std::string> log = {}) {
  CoreFacts facts = running(std::move(log));
  facts.is_running = false;
  return facts;
}

void check(const CoreFacts& facts, CoreCause cause, const std::string& text, const std::string& fix) {
  const CoreDiagnosis diagnosis = diagnose(facts);
  BOOST_TEST(cause_word(diagnosis.cause) == cause_word(cause));
  BOOST_TEST(diagnosis.text == text);
  BOOST_TEST(diagnosis.fix == fix);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_core_that_was_stopped) {
  check(stopped({"Caught SIGTERM, shutting down...", "Successfully shutdown... (PID=12)"}), CoreCause::stopped,
        "the core is not running here", "mon start");
  check(stopped({"Error: Timeout while waiting", "Successfully shutdown... (PID=12)"}), CoreCause::stopped, "the core is not running here",
        "mon start");
}

BOOST_AUTO_TEST_CASE(a_core_that_has_failed) {
  CoreFacts facts = stopped({"Nagios 4.4.6 starting... (PID=12)", "Error: Failed to obtain lock on file /run/nagios4/nagios4.pid"});
  check(facts, CoreCause::has_failed, "the core has failed: Error: Failed to obtain lock on file /run/nagios4/nagios4.pid",
        "see /var/log/nagios4/nagios.log for the reason, then mon start");
  facts = stopped();
  facts.has_failed = true;
  check(facts, CoreCause::has_failed, "the core has failed", "see /var/log/nagios4/nagios.log for the reason, then mon start");
}

BOOST_AUTO_TEST_CASE(a_core_whose_configuration_is_invalid) {
  CoreFacts facts = stopped({"Error: something that follows from it"});
  facts.has_failed = true;
  facts.complaint = "Could not find any host matching 'x'";
  check(facts, CoreCause::invalid_configuration,
        "the core is not running, its configuration is invalid: Could not find any host matching 'x'",
        "correct it (/etc/nagios4/nagios.cfg), then mon start");
}

BOOST_AUTO_TEST_CASE(a_core_that_does_not_name_the_module) {
  CoreFacts facts = running({"Nagios 4.4.6 starting... (PID=12)"});
  facts.settings->names_module = false;
  check(facts, CoreCause::no_module_line, "the core runs without Merlin: /etc/nagios4/nagios.cfg has no broker_module line for merlin.so",
        "add the line broker_module=/usr/lib/merlin/merlin.so /etc/merlin/merlin.conf to /etc/nagios4/nagios.cfg, then mon restart");
  facts.settings->names_module = true;
  check(facts, CoreCause::no_module_line, "the core runs without Merlin: it was started before /etc/nagios4/nagios.cfg named merlin.so",
        "mon restart");
}

BOOST_AUTO_TEST_CASE(a_core_that_does_not_report_all_events) {
  CoreFacts facts = running();
  facts.settings->broker_options = ~(64UL | 256UL);
  check(facts, CoreCause::broker_options,
        "the core does not report all events to Merlin: event_broker_options in /etc/nagios4/nagios.cfg leaves out notifications (64), "
        "comments (256)",
        "set event_broker_options=-1 in /etc/nagios4/nagios.cfg, then mon restart");
  facts = running({"merlin: event_broker_options leaves out comments (256); set event_broker_options=-1",
                   "merlin: Merlin is disabled: this core runs"});
  check(facts, CoreCause::broker_options, "the core runs with event_broker_options that leave out events needed by Merlin", "mon restart");
}

BOOST_AUTO_TEST_CASE(a_module_that_is_disabled) {
  check(
      running(
          {"merlin: internal error: assertion failed: a < b at x.cpp:1. Merlin is disabled: this core now runs all its checks by itself"}),
      CoreCause::module_disabled,
      "Merlin is disabled in the core here, which runs all its checks by itself: internal error: assertion failed: a < b at x.cpp:1",
      "mon restart");
  check(running({"merlin: merlin.conf:3:1: unknown key 'x'", "merlin: Merlin is disabled: this core runs all its checks by itself."}),
        CoreCause::module_disabled,
        "Merlin is disabled in the core here, which runs all its checks by itself: merlin.conf:3:1: unknown key 'x'",
        "correct it, then mon restart");
}

BOOST_AUTO_TEST_CASE(a_module_that_reports_itself_disabled) {
  const std::string text = "Merlin is disabled in the core here, which runs all its checks by itself: ";
  CoreFacts facts = running({});
  facts.disabled = DisabledModule{"merlin.conf:3:1: unknown key 'x'", "fix that, then reload the core: mon restart", false};
  check(facts, CoreCause::module_disabled, text + "merlin.conf:3:1: unknown key 'x'", "fix that, then reload the core: mon restart");
  BOOST_TEST(!diagnose(facts).ends_by_itself);
  facts.disabled = DisabledModule{"internal error", "mon restart", true};
  check(facts, CoreCause::module_disabled, text + "internal error", "wait until it starts again by itself, or: mon restart");
  BOOST_TEST(diagnose(facts).ends_by_itself);
}

BOOST_AUTO_TEST_CASE(a_module_that_was_built_for_another_core) {
  const std::string fix = "install the module that was built for this core: apt-get install --reinstall merlin-module-nagios4; then mon ";
  check(running({"merlin: this core's objects are of version 402, the module was built for 405; install",
                 "merlin: Merlin is disabled: this core"}),
        CoreCause::module_not_loaded,
        "the core cannot load merlin.so: this core's objects are of version 402, the module was built for 405; install", fix + "restart");
  check(stopped(
            {"Error: Could not load module '/usr/lib/merlin/merlin.so' -> undefined symbol: x", "Error: Module loading failed. Aborting."}),
        CoreCause::module_not_loaded,
        "the core cannot load merlin.so: Error: Could not load module '/usr/lib/merlin/merlin.so' -> undefined symbol: x", fix + "start");
  check(running({"Error: Could not load module '/usr/lib/other.so' -> no such file", "merlin: module loaded"}), CoreCause::not_connected,
        "the core is running, but its module is not connected to merlind: module loaded",
        "see /var/log/nagios4/nagios.log; mon restart starts both again");
}

BOOST_AUTO_TEST_CASE(a_module_that_cannot_reach_merlind) {
  check(running({"merlin: module loaded", "merlin: cannot connect to /run/merlin/merlind.sock: Permission denied"}),
        CoreCause::not_connected,
        "the core is running, but its module is not connected to merlind: cannot connect to /run/merlin/merlind.sock: Permission denied",
        "see /var/log/nagios4/nagios.log; mon restart starts both again");
  CoreFacts facts = running();
  facts.settings.reset();
  check(facts, CoreCause::not_connected, "the core is running, but its module is not connected to merlind",
        "sudo mon node status shows more: /etc/nagios4/nagios.cfg cannot be read");
}

// The mistake that disables the module must not prevent the search for the cause: it looks at the usual places then.
BOOST_AUTO_TEST_CASE(the_cause_is_named_although_merlin_conf_is_invalid) {
  const test::TempFolder folder;
  Call call;
  call.config_path = folder.write("merlin.conf", "node_name = peer01\nno_such_key = 1\n");
  const auto problem_of = [&](const char* kind) {
    nlohmann::ordered_json status{{"nodes", nlohmann::ordered_json::array()},
                                  {"problems", {{{"text", "the core is not connected here"}, {"fix", "mon start"}, {"kind", kind}}}}};
    explain_core(call, status);
    return status["problems"][0];
  };
  const CoreDiagnosis expected = diagnose(look_at_core(config::CoreConfig{}));
  const auto problem = problem_of("core_not_connected");
  BOOST_TEST(problem.value("cause", "") == cause_word(expected.cause));
  BOOST_TEST(problem["text"] == expected.text);
  BOOST_TEST(problem["fix"] == expected.fix);
  BOOST_TEST(problem["text"] != "the core is not connected here");
  BOOST_TEST(!problem_of("service_disabled").contains("cause"), "another problem");
}

// The core that runs has the module, so merlind sees nothing wrong.
BOOST_AUTO_TEST_CASE(a_main_file_that_lost_the_line_is_named_before_the_core_restarts) {
  const test::TempFolder folder;
  Call call;
  call.config_path = folder.write("merlin.conf", "node_name = peer01\ncore {\n config = " + folder.file("nagios.cfg") + "\n}\n");
  const auto problems_of = [&](const char* core, const std::string& main_text) {
    folder.write("nagios.cfg", main_text);
    nlohmann::ordered_json status{
        {"nodes", {{{"name", "peer02"}, {"self", false}, {"core", "running"}}, {{"name", "peer01"}, {"self", true}, {"core", core}}}},
        {"problems", nlohmann::ordered_json::array()}};
    add_missing_module_line(call, status);
    return status["problems"];
  };
  const auto problems = problems_of("running", "log_file=x.log\n# broker_module=/usr/lib/merlin/merlin.so\n");
  BOOST_REQUIRE(problems.size() == 1u);
  BOOST_TEST(problems[0]["text"] ==
             folder.file("nagios.cfg") + " has no broker_module line for merlin.so: from its next start on, the core runs without Merlin");
  BOOST_TEST(problems[0]["fix"] ==
             "add the line broker_module=/usr/lib/merlin/merlin.so /etc/merlin/merlin.conf to " + folder.file("nagios.cfg"));
  BOOST_TEST(problems[0]["kind"] == "module_line_missing");
  BOOST_TEST(problems_of("stalled", "").size() == 1u);
  BOOST_TEST(problems_of("stopped", "").empty(), "explain_core names this cause");
  BOOST_TEST(problems_of("running", "broker_module=/usr/lib/merlin/merlin.so /etc/merlin/merlin.conf\n").empty());
  BOOST_TEST(problems_of("running", "include_file=modules.cfg\n").empty(), "the line may be in that file");
  std::filesystem::remove(folder.file("nagios.cfg"));
  nlohmann::ordered_json unreadable{{"nodes", {{{"self", true}, {"core", "running"}}}}, {"problems", nlohmann::ordered_json::array()}};
  add_missing_module_line(call, unreadable);
  BOOST_TEST(unreadable["problems"].empty());
}

BOOST_AUTO_TEST_CASE(what_the_main_file_says) {
  const CoreSettings settings = read_core_settings(kMainFile,
                                                   "# broker_module=/usr/lib/merlin/merlin.so\n log_file = nagios.log \r\n"
                                                   "event_broker_options=0x45\nbroker_module=/opt/other.so merlin.so\n");
  BOOST_TEST(!settings.names_module);
  BOOST_TEST(settings.broker_options == 0x45UL);
  BOOST_TEST(settings.log_file == "/etc/nagios4/nagios.log");
  BOOST_TEST(read_core_settings(kMainFile, "broker_module = /usr/lib/merlin/merlin.so /etc/merlin/merlin.conf\n").names_module);
  BOOST_TEST(read_core_settings(kMainFile, "include_dir=conf.d\n").includes_files);
  BOOST_TEST(read_core_settings(kMainFile, "event_broker_options=-1\n").broker_options == ~0UL);
  // What the core does without the line.
  BOOST_TEST(read_core_settings(kMainFile, "").broker_options == 0UL);
  BOOST_TEST(missing_broker_options(~0UL).empty());
  BOOST_TEST(missing_broker_options(~4UL) == "service checks (4)");
}

BOOST_AUTO_TEST_CASE(the_complaint_of_a_check_is_its_first_error) {
  BOOST_TEST(
      first_complaint("Reading configuration data...\nError: Could not find any host matching 'x' (config file 'a', starting on line 1)\n"
                      "Error: Failed to expand hosts.\n   Error processing object config files!\n***> One or more problems\n") ==
      "Could not find any host matching 'x' (config file 'a', starting on line 1)");
  BOOST_TEST(first_complaint(
                 "Reading configuration data...\nError in configuration file '/etc/nagios4/nagios.cfg' - Line 1390 (UNKNOWN VARIABLE)\n"
                 "   Error processing main config file!\n\n     'Whats New' section to find out what has changed.\n\n") ==
             "Error in configuration file '/etc/nagios4/nagios.cfg' - Line 1390 (UNKNOWN VARIABLE)");
  BOOST_TEST(first_complaint("one\ntwo\n\n") == "two");
  BOOST_TEST(first_complaint("Error:") == "");
}
