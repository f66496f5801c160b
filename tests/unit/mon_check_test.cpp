// mon check: plugins for the core, or any other monitoring: one line, performance data, exit status 0 to 3, a time limit.
#include <ctime>

#include "mon/check/range.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace mon_test;
using merlin::mon::check::read_range;

namespace {

ordered_json node(const std::string& name, const std::string& state, int hosts) {
  return {{"name", name},
          {"type", "peer"},
          {"self", name == "peer01"},
          {"state", state},
          {"phase", state == "active" ? "ready" : "joining"},
          {"why", "cut off"},
          {"core", "running"},
          {"hosts_owned", hosts},
          {"weight", 1},
          {"services_owned", 2 * hosts},
          {"overdue", hosts / 2},
          {"backlog", 0},
          {"latency_ms", 0.5}};
}

struct CheckedNode {
  Folder folder;
  std::string answer;
  std::unique_ptr<FakeDaemon> daemon;

  CheckedNode() {
    folder.write("merlin.conf", "node_name = peer01\ndaemon {\n control_socket = " + folder.file("control.sock") + "\n state_dir = " +
                                    folder.file("") + "\n}\ncore {\n config = " + folder.file("nagios.cfg") + "\n}\npeer peer02 {\n}\n");
    folder.write("nagios.cfg", "# a comment\nbroker_module=/usr/lib/merlin/merlin.so\nstatus_file=status.dat\ncheck_result_path = " +
                                   folder.file("spool") + "\n");
  }

  void says(const std::vector<ordered_json>& nodes, int hosts, const std::vector<ordered_json>& problems = {}) {
    answer = ordered_json{{"self", "peer01"}, {"hosts", hosts}, {"nodes", nodes}, {"problems", problems}}.dump() + "\n";
    if (!daemon) daemon = std::make_unique<FakeDaemon>(folder.file("control.sock"), [this](const ordered_json&) { return answer; });
  }

  // One line on standard output, and nothing else.
  void expect(const std::string& arguments, int status, const std::string& line) const {
    const Outcome outcome = run_mon(folder, "check " + arguments);
    BOOST_TEST_CONTEXT("mon check " << arguments) {
      BOOST_TEST(without_folder(outcome.out, folder) == line + "\n");
      BOOST_TEST(outcome.err == "");
      BOOST_TEST(outcome.status == status);
    }
  }

  void write_status(std::time_t created) const {
    const std::string late = std::to_string(created - 1000);
    const std::string soon = std::to_string(created + 60);
    folder.write("status.dat",
                 "info {\n\tcreated=" + std::to_string(created) + "\n\t}\nhoststatus {\n\thost_name=web01\n\tcheck_latency=2.000\n" +
                     "\tcheck_execution_time=0.500\n\thas_been_checked=1\n\tactive_checks_enabled=1\n\tshould_be_scheduled=1\n" +
                     "\tnext_check=" + soon + "\n\t}\n\nservicestatus {\n\thost_name=web01\n\tservice_description=a|b\n" +
                     "\tcheck_latency=4.000\n\tcheck_execution_time=1.500\n\thas_been_checked=1\n\tactive_checks_enabled=1\n" +
                     "\tshould_be_scheduled=1\n\tnext_check=" + late + "\n\t}\nservicestatus {\n\thost_name=web01\n" +
                     "\tservice_description=passive\n\tcheck_latency=99\n\thas_been_checked=1\n\tactive_checks_enabled=0\n" +
                     "\tnext_check=" + late + "\n\t}\n");
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(ranges_are_those_of_every_plugin) {
  const auto alerts = [](const char* text, double value) { return read_range(text).value().alerts(value); };
  BOOST_TEST((!alerts("10", 0) && !alerts("10", 10) && alerts("10", 10.1) && alerts("10", -1)));
  BOOST_TEST((alerts("10:", 9) && !alerts("10:", 10)));
  BOOST_TEST((!alerts("~:10", -5) && alerts("~:10", 11)));
  BOOST_TEST((alerts("10:20", 9) && !alerts("10:20", 20) && alerts("10:20", 21)));
  BOOST_TEST((alerts("@10:20", 10) && !alerts("@10:20", 21)));
  for (const char* wrong : {"", ":", "@", "x", "20:10", "1:2:3", "5%", "inf", "nan", "10 "})
    BOOST_TEST(!read_range(wrong).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(a_node_whose_own_link_is_down_is_a_warning) {
  CheckedNode local_node;
  ordered_json relayed = node("peer02", "active", 5);
  relayed["linked"] = true;
  relayed["via"] = "peer03";
  local_node.says({node("peer01", "active", 5), relayed}, 10);
  local_node.expect(
      "node peer02", 0,
      "OK: peer02 is active and ready, its core running, 5 hosts and 10 services, 2 checks overdue | overdue=2;50;200 hosts=5 "
      "services=10 backlog=0 latency=0.0005s");
  relayed["linked"] = false;
  local_node.says({node("peer01", "active", 5), relayed}, 10);
  local_node.expect("node peer02", 1,
                    "WARNING: peer02 is active via peer03 and ready, its core running, 5 hosts and 10 services, 2 checks overdue | "
                    "overdue=2;50;200 hosts=5 services=10 backlog=0 latency=0.0005s");
}

BOOST_AUTO_TEST_CASE(status_is_critical_when_a_node_is_away_and_warns_of_problems) {
  CheckedNode local_node;
  local_node.expect("status", 2, "CRITICAL: control.sock: merlind is not running here; mon start");
  local_node.says({node("peer01", "active", 5), node("peer02", "active", 5)}, 10);
  local_node.expect("status", 0, "OK: 2 of 2 nodes active | nodes=2 inactive=0;0;0 problems=0");
  local_node.says({node("peer01", "active", 5), node("peer02", "inactive", 0)}, 10);
  local_node.expect("status", 2, "CRITICAL: 1 of 2 nodes active, peer02 is inactive (cut off) | nodes=2 inactive=1;0;0 problems=0");
  local_node.expect("status --critical 1", 1,
                    "WARNING: 1 of 2 nodes active, peer02 is inactive (cut off) | nodes=2 inactive=1;0;1 problems=0");
  local_node.says({node("peer01", "active", 5)}, 5, {{{"text", "the disk | is full"}, {"fix", ""}}});
  local_node.expect("status", 1, "WARNING: 1 of 1 nodes active, the disk / is full | nodes=1 inactive=0;0;0 problems=1");
}

BOOST_AUTO_TEST_CASE(a_core_that_will_start_without_the_module_is_a_warning) {
  CheckedNode local_node;
  local_node.folder.write("nagios.cfg", "status_file=status.dat\n");
  local_node.says({node("peer01", "active", 5), node("peer02", "active", 5)}, 10);
  local_node.expect(
      "status", 1,
      "WARNING: 2 of 2 nodes active, nagios.cfg has no broker_module line for merlin.so: from its next start on, the core runs "
      "without Merlin | nodes=2 inactive=0;0;0 problems=1");
}

BOOST_AUTO_TEST_CASE(why_the_core_here_is_not_connected_is_named_with_the_fix) {
  CheckedNode local_node;
  ordered_json own = node("peer01", "inactive", 0);
  own["core"] = "disabled";
  own["why"] = "its core is not connected";
  const ordered_json problem{
      {"text", "Merlin is disabled in the core here: unknown key 'x'"}, {"fix", "mon restart"}, {"kind", "core_disabled"}};
  local_node.says({own, node("peer02", "inactive", 0)}, 10, {{{"text", "the disk is full"}, {"fix", ""}}, problem});
  const std::string text =
      "peer01 is inactive (its core is not connected), Merlin is disabled in the core here: unknown key 'x'; fix: mon restart";
  local_node.expect("status", 2,
                    "CRITICAL: 0 of 2 nodes active, " + text + ", peer02 is inactive (cut off) | nodes=2 inactive=2;0;0 problems=2");
  local_node.expect("node peer01", 2, "CRITICAL: " + text + " | overdue=0;50;200 hosts=0 services=0 backlog=0 latency=0.0005s");
  local_node.expect("node peer02", 2,
                    "CRITICAL: peer02 is inactive (cut off) | overdue=0;50;200 hosts=0 services=0 backlog=0 latency=0.0005s");
}

BOOST_AUTO_TEST_CASE(a_node_is_judged_by_itself) {
  CheckedNode local_node;
  local_node.says({node("peer01", "active", 200), node("peer02", "inactive", 0)}, 200);
  local_node.expect(
      "node peer01", 1,
      "WARNING: peer01 is active and ready, its core running, 200 hosts and 400 services, 100 checks overdue | overdue=100;50;200 "
      "hosts=200 "
      "services=400 backlog=0 latency=0.0005s");
  local_node.expect("node peer02 --warning 5", 2,
                    "CRITICAL: peer02 is inactive (cut off) | overdue=0;5;200 hosts=0 services=0 backlog=0 latency=0.0005s");
  local_node.expect("node peer09", 3, "UNKNOWN: there is no node peer09");
}

BOOST_AUTO_TEST_CASE(distribution_finds_hosts_without_owner_and_shares_that_differ) {
  CheckedNode local_node;
  local_node.says({node("peer01", "active", 50), node("peer02", "active", 50)}, 100);
  local_node.expect("distribution", 0,
                    "OK: 100 hosts, largest difference from a node's share: 0.0% | deviation=0%;15;30 peer01_hosts=50 peer02_hosts=50");
  local_node.says({node("peer01", "active", 70), node("peer02", "active", 30)}, 100);
  local_node.expect(
      "distribution", 1,
      "WARNING: 100 hosts, largest difference from a node's share: 20.0% | deviation=20%;15;30 peer01_hosts=70 peer02_hosts=30");
  local_node.says({node("peer01", "active", 50), node("peer02", "active", 49)}, 100);
  local_node.expect("distribution", 2, "CRITICAL: 1 of 100 hosts have no owner | deviation=1%;15;30 peer01_hosts=50 peer02_hosts=49");
  local_node.says({node("peer01", "active", 60), node("peer02", "active", 50)}, 100);
  local_node.expect("distribution", 2, "CRITICAL: 10 of 100 hosts have two owners | deviation=10%;15;30 peer01_hosts=60 peer02_hosts=50");
}

BOOST_AUTO_TEST_CASE(the_cores_status_file_is_read_for_times_and_orphans) {
  const CheckedNode local_node;
  local_node.expect("latency", 3, "UNKNOWN: status.dat: cannot read the core's status file; is the core running?");
  local_node.write_status(std::time(nullptr));
  local_node.expect("latency", 0,
                    "OK: mean latency of 2 active checks 3.000 s, maximum 4.000 s (web01;a/b) | mean=3s;30;60 max=4s checks=2");
  local_node.expect("latency host --critical 1", 2,
                    "CRITICAL: mean latency of 1 active checks 2.000 s, maximum 2.000 s (web01) | mean=2s;30;1 max=2s checks=1");
  local_node.expect("exectime service", 0,
                    "OK: mean execution time of 1 active checks 1.500 s, maximum 1.500 s (web01;a/b) | mean=1.5s;10;30 max=1.5s checks=1");
  local_node.expect("latency hosts", 3, "UNKNOWN: 'hosts' is neither 'host' nor 'service'");
  local_node.expect("orphans", 1, "WARNING: 1 of 2 active checks are overdue, for example web01;a/b | orphans=1;0;10 checks=2");
  local_node.expect("orphans --max-age 1h", 0, "OK: 0 of 2 active checks are overdue | orphans=0;0;10 checks=2");
  local_node.write_status(std::time(nullptr) - 4000);
  BOOST_TEST(run_mon(local_node.folder, "check latency").status == 3);
}

BOOST_AUTO_TEST_CASE(files_that_should_not_lie_there_are_counted) {
  const CheckedNode local_node;
  local_node.expect("spool", 3, "UNKNOWN: spool: cannot read the folder: No such file or directory");
  std::filesystem::create_directory(local_node.folder.file("spool"));
  local_node.folder.write("spool/new", "");
  local_node.folder.write("spool/old", "");
  const auto hour_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(local_node.folder.file("spool/old"), hour_ago);
  local_node.expect("spool --warning 0", 1, "WARNING: 1 of 2 files in spool are older than 300 s | old_files=1;0;10 files=2");
  local_node.expect("spool --max-age 2h", 0, "OK: 0 of 2 files in spool are older than 7200 s | old_files=0;5;10 files=2");

  const std::string folder = "'" + local_node.folder.file("spool") + "'";
  local_node.expect("cores " + folder, 0, "OK: 0 core dumps | dumps=0;0;0");
  local_node.folder.write("spool/core.123", "");
  local_node.folder.write("spool/corel", "");
  local_node.expect("cores " + folder, 2, "CRITICAL: 1 core dumps, for example spool/core.123 | dumps=1;0;0");
  local_node.expect("cores /nowhere", 3, "UNKNOWN: /nowhere: cannot read the folder: No such file or directory");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_judged_is_unknown_and_nothing_lasts_longer_than_it_may) {
  CheckedNode local_node;
  local_node.expect("status --warning many", 3, "UNKNOWN: --warning: 'many' is not a range; 10, 10:, ~:10, 10:20 or @10:20");
  // Also for wrong usage, because a core reads standard output.
  const Outcome wrong = run_mon(local_node.folder, "check status --warnin 5");
  BOOST_TEST(wrong.status == 3);
  BOOST_TEST(wrong.out.starts_with("UNKNOWN: "), wrong.out);
  BOOST_TEST(wrong.out.find("--warning") != std::string::npos, wrong.out);
  BOOST_TEST(wrong.err.empty(), wrong.err);
  local_node.daemon = std::make_unique<FakeDaemon>(local_node.folder.file("control.sock"), [](const ordered_json&) {
    std::this_thread::sleep_for(std::chrono::seconds(2));
    return std::string("{}\n");
  });
  const Outcome outcome = run_mon(local_node.folder, "check status --timeout 300ms");
  BOOST_TEST(outcome.status >= 2);
  BOOST_TEST(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(the_same_as_json) {
  CheckedNode local_node;
  local_node.says({node("peer01", "active", 10)}, 10);
  const auto document = ordered_json::parse(run_mon(local_node.folder, "check status --json").out);
  BOOST_TEST(document["state"] == "OK");
  BOOST_TEST(document["status"] == 0);
  BOOST_TEST(document["performance"][1]["label"] == "inactive");
  BOOST_TEST(document["performance"][1]["critical"] == "0");
}
