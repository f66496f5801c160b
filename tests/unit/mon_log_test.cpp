// mon log: the core's logs, filtered, merged and copied, whatever they contain.
#include "mon/log/filter.hpp"
#include "mon/log/kept.hpp"
#include "mon/log/line.hpp"
#include "shared/base/state_paths.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace mon_test;
using namespace merlin::mon;

namespace {

struct LoggingNode {
  Folder folder;
  CorePlaces places;

  LoggingNode() {
    folder.write("merlin.conf", "node_name = peer01\ndaemon {\n state_dir = " + folder.file("state") +
                                    "\n}\ncore {\n config = " + folder.file("nagios.cfg") + "\n}\n");
    folder.write("nagios.cfg", "log_file=nagios.log\nlog_archive_path=archives\n");
    std::filesystem::create_directory(folder.file("archives"));
    std::filesystem::create_directory(folder.file("state"));
    folder.write("archives/nagios-01-02-2026-00.log", "[200] HOST ALERT: web02;DOWN;HARD;1;gone\n[250] LOG ROTATION: DAILY\n");
    folder.write("archives/nagios-01-01-2026-00.log", "[100] SERVICE ALERT: web01;http;CRITICAL;SOFT;1;refused\nno time\n");
    folder.write("archives/other.txt", "[150] HOST ALERT: web09;DOWN;HARD;1;not a log\n");
    folder.write("nagios.log",
                 "[300] SERVICE NOTIFICATION: admin;web01;http;CRITICAL;notify-service;refused\n"
                 "[301] EXTERNAL COMMAND: ACKNOWLEDGE_SVC_PROBLEM;web01;http;1;1;0;me;known\n"
                 "[302] SERVICE ALERT: web01;http;OK;HARD;1;\x1b[2Jwell\x07\n");
    places = read_places(folder.file("nagios.cfg"), folder.read("nagios.cfg"));
  }

  std::string shown(const std::string& arguments) const {
    return run_mon(folder, "log show --raw " + arguments + " | grep -o '^\\[[0-9]*' | tr -d '[\\n'").out;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(rotated_logs_and_the_present_one_come_in_order_of_time) {
  const LoggingNode local_node;
  BOOST_TEST(local_node.shown("") == "100200250300301302");
  BOOST_TEST(local_node.shown("--first 00250 --last 00301") == "250300301");
  BOOST_TEST(local_node.shown("--limit 2") == "301302");
}

BOOST_AUTO_TEST_CASE(lines_are_found_by_what_they_are_about) {
  const LoggingNode local_node;
  BOOST_TEST(local_node.shown("--host web01") == "100300301302");
  BOOST_TEST(local_node.shown("--host web02,web09") == "200");
  BOOST_TEST(local_node.shown("--service http --type alert") == "100302");
  BOOST_TEST(local_node.shown("--type notification,command") == "300301");
  BOOST_TEST(local_node.shown("--type other") == "250");
  BOOST_TEST(local_node.shown("--state-type soft") == "100");
  BOOST_TEST(local_node.shown("--state critical,down") == "100200300");
}

// A copy has the digest of its original, or it would get the same lines again with each fetch.
BOOST_AUTO_TEST_CASE(a_line_reads_the_same_from_a_copy) {
  for (const std::string raw : {"[100] x", "[100] x\r", "[100] x\r\r", "[0100] x;\ry\r"}) {
    const auto line = log::read_line(raw);
    BOOST_REQUIRE(line.has_value());
    const auto again = log::read_line(log::raw_text(*line));
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(again->text == line->text);
  }
}

BOOST_AUTO_TEST_CASE(what_stands_in_a_log_does_not_steer_the_terminal) {
  const LoggingNode local_node;
  const std::string out = run_mon(local_node.folder, "log show --limit 1").out;
  BOOST_TEST(out.find('\x1b') == std::string::npos);
  BOOST_TEST(out.find('\x07') == std::string::npos);
  BOOST_TEST(out.find("SERVICE ALERT: web01;http;OK;HARD;1; [2Jwell \n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(hostile_logs_are_read_to_their_end) {
  const LoggingNode local_node;
  local_node.folder.write("bad.log", std::string("[1] a\n[9999999999999999999999] b\n[-5] c\n[7]d\n[ 8] e\n\0\0\n", 52) + "[2] " +
                                         std::string(200'000, 'x') +
                                         "\n[3] HOST ALERT: ;;;;\n[4] EXTERNAL COMMAND: \n[5] SERVICE ALERT: \xff\xfe\n[6] the end");
  const std::string bad = "'" + local_node.folder.file("bad.log") + "'";
  BOOST_TEST(local_node.shown(bad) == "123456");
  BOOST_TEST(run_mon(local_node.folder, "log show --raw " + bad + " | wc -L").out.size() <= 6u);
  const mon_test::Outcome json = run_mon(local_node.folder, "log show --json " + bad);
  BOOST_TEST(json.status == 0);
  std::istringstream lines(json.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(ordered_json::accept(line));
}

BOOST_AUTO_TEST_CASE(a_document_says_what_a_line_is) {
  const LoggingNode local_node;
  const auto document = ordered_json::parse(run_mon(local_node.folder, "log show --json --limit 1").out);
  BOOST_TEST(document["time"] == 302);
  BOOST_TEST(document["type"] == "alert");
  BOOST_TEST(document["host"] == "web01");
  BOOST_TEST(document["service"] == "http");
  BOOST_TEST(document["state"] == "OK");
  BOOST_TEST(document["state_type"] == "HARD");
  BOOST_TEST(document["node"].is_null());
}

BOOST_AUTO_TEST_CASE(wrong_filters_are_refused) {
  const LoggingNode local_node;
  const auto refuses = [&](const std::string& arguments, const std::string& says) {
    const mon_test::Outcome outcome = run_mon(local_node.folder, "log show " + arguments);
    BOOST_TEST(outcome.status == 2);
    BOOST_TEST(outcome.err == says + "\n");
  };
  refuses("--type alarm",
          "mon: log show: --type: 'alarm' is not valid; one of alert, notification, state, flapping, downtime, command, result, handler, "
          "other");
  refuses("--state-type firm", "mon: log show: --state-type: 'firm' is not valid; hard or soft");
  refuses("--limit 0", "mon: log show: --limit: '0' is not valid; a number from 1 to 10000000");
  refuses("--first soon",
          "mon: log show: --first: 'soon' is not valid; 2026-11-21, '2026-11-21 10:30', seconds since 1970, or how long ago: 90s, 2h, 7d");
  const mon_test::Outcome missing = run_mon(local_node.folder, "log show /nowhere.log");
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(missing.err == "mon: /nowhere.log: cannot read the log: No such file or directory\n");
  for (const char* command : {"log show /etc", "log sortmerge /etc"}) {
    const mon_test::Outcome folder = run_mon(local_node.folder, command);
    BOOST_TEST(folder.status == 1);
    BOOST_TEST(folder.err == "mon: /etc: cannot read the log: it is a folder\n");
  }
}

BOOST_AUTO_TEST_CASE(times_are_dates_seconds_or_how_long_ago) {
  using log::read_time;
  BOOST_TEST(read_time("1700000000", 5).value() == 1700000000);
  BOOST_TEST(read_time("2h", 10'000).value() == 2800);
  BOOST_TEST(read_time("90", 1000).value() == 910);
  const auto day = read_time("2026-11-21", 0).value();
  BOOST_TEST(read_time("2026-11-21 10:30", 0).value() - day == 37'800);
  BOOST_TEST(read_time("2026-11-21T10:30:15", 0).value() - day == 37'815);
  for (const char* wrong : {"", "2026-13-01", "2026-11-21 10", "yesterday", "-5", "1 2"})
    BOOST_TEST(!read_time(wrong, 0).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(several_logs_become_one) {
  const LoggingNode local_node;
  local_node.folder.write("a.log", "[1] a1\n[3] a3\nno time\n[3] a3 again\n");
  local_node.folder.write("b.log", "[2] b2\n[3] b3\n[9] b9");
  const auto merged =
      run_mon(local_node.folder, "log sortmerge '" + local_node.folder.file("a.log") + "' '" + local_node.folder.file("b.log") + "'");
  BOOST_TEST(merged.out == "[1] a1\n[2] b2\n[3] a3\n[3] a3 again\n[3] b3\n[9] b9\n");
  BOOST_TEST(run_mon(local_node.folder, "log sortmerge /nowhere.log").status == 1);
}

BOOST_AUTO_TEST_CASE(a_copy_gets_each_line_once_also_over_rotations_and_clocks_put_back) {
  const LoggingNode local_node;
  const std::string copy = merlin::StatePaths(local_node.folder.file("state")).log_copy("peer02");
  const auto catch_up = [&] {
    const auto mark = log::mark_of(copy);
    BOOST_REQUIRE(mark.ok());
    BOOST_TEST(log::read_mark(mark->text()).value().digest == mark->digest);
    const auto part = log::part_after(local_node.places, *mark);
    BOOST_REQUIRE(part.ok());
    BOOST_REQUIRE(log::append(copy, *part).ok());
    return part->size();
  };
  const auto all_of_them = [&] { return run_mon(local_node.folder, "log show --raw").out; };
  catch_up();
  BOOST_TEST(local_node.folder.read("state/logs/peer02.log") == all_of_them());
  BOOST_TEST(catch_up() == 0u);
  // The same line twice in one second, a clock that went back, then a rotation.
  local_node.folder.write("nagios.log", local_node.folder.read("nagios.log") + "[303] same\n[303] same\n");
  catch_up();
  local_node.folder.write("nagios.log", local_node.folder.read("nagios.log") + "[303] same\n[250] before\n[304] after\n");
  catch_up();
  BOOST_TEST(catch_up() == 0u);
  std::filesystem::rename(local_node.folder.file("nagios.log"), local_node.folder.file("archives/nagios-01-03-2026-00.log"));
  local_node.folder.write("nagios.log", "[400] LOG ROTATION: DAILY\n");
  catch_up();
  BOOST_TEST(catch_up() == 0u);
  BOOST_TEST(local_node.folder.read("state/logs/peer02.log") == all_of_them());
}

BOOST_AUTO_TEST_CASE(what_is_taken_goes_into_the_copy_of_that_node_alone) {
  const LoggingNode local_node;
  local_node.folder.write("lines", "[5] a line\nrubbish\n[6] another");
  const std::string input = " <'" + local_node.folder.file("lines") + "'";
  BOOST_TEST(run_mon(local_node.folder, "log take peer02 0:0:none" + input).status == 0);
  BOOST_TEST(run_mon(local_node.folder, "log take peer02 0:0:none" + input).status == 1);
  BOOST_TEST(local_node.folder.read("state/logs/peer02.log") == "[5] a line\n[6] another\n");
  BOOST_TEST(run_mon(local_node.folder, "log mark peer02").out.starts_with("6:2:"));
  for (const char* name : {"../peer02", "/etc/x", ".hidden", "a/b", "''"}) {
    BOOST_TEST(run_mon(local_node.folder, std::string("log take ") + name + " 0:0:none" + input).status == 2, name);
    BOOST_TEST(run_mon(local_node.folder, std::string("log mark ") + name).status == 2, name);
  }
  BOOST_TEST(run_mon(local_node.folder, "log give 'no mark'").status == 2);
}
