// What mon shows of nodes, objects and events: from merlin.conf, and from merlind's answers.
#include <boost/test/unit_test.hpp>

#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;

BOOST_AUTO_TEST_CASE(list_and_show_read_as_of_old) {
  const LocalNode local_node;
  BOOST_TEST(local_node.mon("node add 'poller01' hostgroup=a,b").out ==
             "poller poller01 added to merlin.conf\na node without type= is a poller; for a peer: type=peer\n");
  BOOST_TEST(local_node.mon("node list").out == "  peer02\n  poller01\n");
  BOOST_TEST(local_node.mon("node list --type=poller,master").out == "  poller01\n");
  BOOST_TEST(local_node.mon("node list --type=pole").status == 2);
  BOOST_TEST((ordered_json::parse(local_node.mon("node list --json").out) ==
              ordered_json{{"nodes", {{{"name", "peer02"}, {"type", "peer"}}, {{"name", "poller01"}, {"type", "poller"}}}}}));
  const std::string shown = local_node.mon("node show").out;
  BOOST_TEST(shown.find("NAME=peer02\nTYPE=peer\nADDRESS=10.0.0.2\nPORT=15551\n") == 0u);
  BOOST_TEST(shown.find("\n\nNAME=poller01\n") != std::string::npos);
  BOOST_TEST(local_node.mon("node show peer3").status == 2);
  BOOST_TEST(ordered_json::parse(local_node.mon("node show poller01 --json").out)["nodes"][0]["hostgroup"] == (ordered_json{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(what_show_prints_is_safe_for_eval) {
  const LocalNode local_node;
  const std::string push = "push 'it'; touch " + local_node.folder.file("pwned") + " $(touch " + local_node.folder.file("pwned") + ")";
  local_node.folder.write("merlin.conf", "peer p {\n object_config {\n  push = \"" + push + "\"\n }\n}\n");
  local_node.folder.write("script", "eval \"$1\"; printf %s \"$OCONF_PUSH\"");
  const std::string line = "sh '" + local_node.folder.file("script") + "' \"$(MERLIN_CONF='" + local_node.folder.file("merlin.conf") +
                           "' " MON_PROGRAM " node show p)\"";
  std::FILE* pipe = ::popen(line.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  BOOST_TEST(all_of(pipe) == push);
  ::pclose(pipe);
  BOOST_TEST(!std::filesystem::exists(local_node.folder.file("pwned")));
}

BOOST_AUTO_TEST_CASE(status_ends_with_0_only_when_all_are_active) {
  const LocalNode local_node;
  std::string second = "active";
  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json&) {
    return line_of(a_status({a_node("peer01", true, "active", "ready", 15), a_node("peer02", false, second, "ready", 15)}));
  });
  BOOST_TEST(local_node.mon("node status").status == 0);
  const auto document = ordered_json::parse(local_node.mon("node status --json").out);
  BOOST_TEST(document["nodes"][1]["name"] == "peer02");
  second = "inactive";
  const Outcome outcome = local_node.mon("node status");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.out.find("  peer02  inactive") != std::string::npos);
  BOOST_TEST(outcome.out.find('\x1b') == std::string::npos);
  BOOST_TEST(local_node.mon("node status --watch").status == 2);
}

BOOST_AUTO_TEST_CASE(status_without_merlind_shows_what_is_configured) {
  const LocalNode local_node;
  const Outcome outcome = local_node.mon("node status");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.out.find("* peer01  unknown") != std::string::npos);
  BOOST_TEST(outcome.out.find("! merlind is not running here; fix: mon start\n") != std::string::npos);
  BOOST_TEST(ordered_json::parse(local_node.mon("node status --json").out)["problems"][0]["fix"] == "mon start");
}

BOOST_AUTO_TEST_CASE(a_wrong_merlin_conf_does_not_keep_mon_from_a_running_merlind) {
  const LocalNode local_node;
  local_node.folder.write("merlin.conf", local_node.text() + "wieght = 5\n");
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json&) {
    return line_of(a_status(ordered_json::array({a_node("peer01", true, "active", "ready", 30)})));
  });
  BOOST_TEST(local_node.mon("node status").status == 0);
}

BOOST_AUTO_TEST_CASE(a_merlind_that_is_silent_or_talks_nonsense_is_named) {
  for (const std::string& answer :
       {std::string("garbage\n"), std::string(), std::string("[1]\n"), std::string("{\"ok\":false}\n"), std::string(70'000, 'x')}) {
    const LocalNode local_node;
    FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json&) { return answer; });
    const Outcome outcome = local_node.mon("node status");
    BOOST_TEST(outcome.status == 1);
    BOOST_TEST(outcome.out == "");
    BOOST_TEST(outcome.err.find("mon: sock: ") == 0u);
  }
  const LocalNode local_node;
  FakeDaemon slow(local_node.folder.file("sock"), [](const ordered_json&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    return std::string("{}\n");
  });
  BOOST_TEST(local_node.mon("node status --timeout 200ms").err ==
             "mon: sock: merlind did not answer in time; set a longer --timeout, or see merlind's log\n");
}

BOOST_AUTO_TEST_CASE(owner_names_who_runs_a_host_and_why) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json& request) {
    if (request["host"] != "web01") return line_of({{"host", request["host"]}, {"known", false}, {"nearest", {"web01"}}});
    const ordered_json first{{"node", "peer02"}, {"rank", 1},        {"active", true}, {"knows", true},
                             {"claims", true},   {"phase", "ready"}, {"weight", 1},    {"why", "runs it"}};
    return line_of({{"host", "web01"},
                    {"known", true},
                    {"runners", {"peer02"}},
                    {"owner", "peer02"},
                    {"ranking", ordered_json::array({first})},
                    {"services", 1}});
  });
  const Outcome known = local_node.mon("node owner web01");
  BOOST_TEST(known.status == 0);
  BOOST_TEST(known.out.find("web01 (1 service) is run by peer02\n") == 0u);
  BOOST_TEST(known.out.find("   1  peer02  yes     yes       yes        ready       1  runs it\n") != std::string::npos);
  const Outcome unknown = local_node.mon("node owner web1");
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(unknown.err == "mon: node owner: no node has a host 'web1' configured; did you mean web01?\n");
  BOOST_TEST(LocalNode().mon("node owner web01").err.find("merlind is not running here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_object_is_forgotten_by_host_and_service) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json& request) {
    const bool is_known = request["command"] == "forget" && request["host"] == "web01" && request["service"] != "ftp";
    if (is_known) return line_of({{"ok", true}});
    return line_of({{"ok", false}, {"errors", {{{"what", "web01 has no service ftp"}, {"where", ""}, {"fix", ""}}}}});
  });
  const Outcome done = local_node.mon("object forget 'web01;http'");
  BOOST_TEST(done.status == 0);
  BOOST_TEST(done.out == "web01;http: state and notification records dropped on all nodes; its owner checks it again\n");
  BOOST_TEST(local_node.mon("object forget web01 --json").out.find("\"forgotten\": true") != std::string::npos);
  const Outcome unknown = local_node.mon("object forget 'web01;ftp'");
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(unknown.err.find("web01 has no service ftp") != std::string::npos);
  BOOST_TEST(local_node.mon("object forget 'web01;'").status == 2);
}

BOOST_AUTO_TEST_CASE(events_are_one_a_line_for_people_and_programs) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json&) {
    const ordered_json event{{"time_ms", 1'700'000'000'123},
                             {"node", "peer02"},
                             {"number", 7},
                             {"type", "alert"},
                             {"host", "web01"},
                             {"service", "disk"},
                             {"state", "CRITICAL"},
                             {"state_type", "hard"},
                             {"attempt", 3},
                             {"text", "full\x1b[31m"}};
    return line_of({{"arrival", 4}, {"more", true}, {"events", ordered_json::array({event})}});
  });
  const Outcome text = local_node.mon("events --host=web01 --service=disk --type=alert --since=2h");
  BOOST_TEST(text.status == 0);
  BOOST_TEST(text.out.find("  peer02  web01;disk  alert CRITICAL hard 3: full") != std::string::npos, text.out);
  BOOST_TEST(text.out.find('\x1b') == std::string::npos);
  BOOST_TEST(text.err.find("older events") != std::string::npos);
  const ordered_json request = daemon.requests().back();
  BOOST_TEST(request["command"] == "events");
  BOOST_TEST(request["host"] == "web01");
  BOOST_TEST(request["service"] == "disk");
  BOOST_TEST(request["type"] == "alert");
  BOOST_TEST(request["since_ms"].is_number_integer());
  BOOST_TEST(request["limit"] == 10'000);
  const Outcome json = local_node.mon("events --json --limit 5");
  BOOST_TEST(ordered_json::parse(json.out)["number"] == 7);
  BOOST_TEST(daemon.requests().back()["limit"] == 5);
  for (const char* bad :
       {"events --limit 0", "events --limit 10001", "events --limit x", "events --since yesterday", "events --type alarm"}) {
    BOOST_TEST(local_node.mon(bad).status == 2, bad);
  }
}

BOOST_AUTO_TEST_CASE(the_local_node_is_shown_when_it_is_asked_for) {
  const LocalNode local_node;
  BOOST_TEST(local_node.mon("node edit --self weight=2").status == 0);
  const std::string shown = local_node.mon("node show --self").out;
  BOOST_TEST(shown.find("NAME=peer01\nTYPE=self\nADDRESS=0.0.0.0,::\nPORT=15551\nHOSTGROUP=\nWEIGHT=2\n") == 0u, shown);
  BOOST_TEST(shown.find("peer02") == std::string::npos);
  BOOST_TEST(local_node.mon("node show peer01").out == shown);
  BOOST_TEST(local_node.mon("node show peer01 peer02").out.find("\n\nNAME=peer02\n") != std::string::npos);
  BOOST_TEST(local_node.mon("node show").out.find("peer01") == std::string::npos);
  BOOST_TEST(local_node.mon("help node show").out.find("\n  mon node show --self\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_local_node_notifies_as_configured) {
  for (const bool notifies : {true, false}) {
    const LocalNode local_node;
    local_node.folder.write("merlin.conf", local_node.text() + "module {\n notifies = " + (notifies ? "yes" : "no") + "\n}\n");
    const std::string shown = local_node.mon("node show --self").out;
    BOOST_TEST(shown.find(notifies ? "\nNOTIFIES=yes\n" : "\nNOTIFIES=no\n") != std::string::npos, shown);
    BOOST_TEST(ordered_json::parse(local_node.mon("node show peer01 --json").out)["nodes"][0]["notifies"] == notifies);
  }
}

BOOST_AUTO_TEST_CASE(a_node_without_others_is_told_how_to_see_itself) {
  const LocalNode local_node;
  local_node.folder.write("merlin.conf", "node_name = peer01\n");
  const Outcome alone = local_node.mon("node show");
  BOOST_TEST(alone.status == 0);
  BOOST_TEST(alone.out == "");
  BOOST_TEST(alone.err == "mon: no other node is configured; to show this one: mon node show --self\n");
  BOOST_TEST(local_node.mon("node show --json").err == "");
  BOOST_TEST(local_node.mon("node show --self").err == "");
}

BOOST_AUTO_TEST_CASE(config_show_names_where_each_setting_stands) {
  const LocalNode local_node;
  local_node.folder.write("more.conf", "weight = 2\n");
  local_node.folder.write("merlin.conf", "include more.conf\n" + local_node.text());
  BOOST_TEST(local_node.mon("config show").out ==
             "node_name = peer01  # merlin.conf:3\nweight = 2  # more.conf:1\n\ndaemon {\n\tcontrol_socket = sock  # merlin.conf:5\n}\n\n"
             "peer peer02 {\n\taddress = 10.0.0.2  # merlin.conf:10\n\tport = 15551  # merlin.conf:11\n}\n");
  const auto settings = ordered_json::parse(local_node.mon("config show --json").out)["settings"];
  BOOST_TEST((settings[2] == ordered_json{{"block", "daemon"}, {"key", "control_socket"}, {"value", "sock"}, {"where", "merlin.conf:5"}}));
}

BOOST_AUTO_TEST_CASE(what_config_show_prints_is_a_merlin_conf_of_the_same_meaning) {
  const LocalNode local_node;
  local_node.folder.write("merlin.conf", local_node.text() + "pulse_interval = 10\npeer p3 {\n sync {\n  watch = yes\n  /a /b\n }\n}\n");
  const std::string shown = local_node.mon("config show --effective").out;
  BOOST_TEST(shown.find("core_timeout = 30s  # default\n") != std::string::npos, "its default follows pulse_interval");
  BOOST_TEST(shown.find("# weight: 1, or ") != std::string::npos);
  BOOST_TEST(shown.find("\tsync {\n") != std::string::npos);
  local_node.folder.write("shown.conf", run_mon(local_node.folder, "config show --effective").out);
  const Outcome checked = local_node.mon("--config '" + local_node.folder.file("shown.conf") + "' config check");
  BOOST_TEST(checked.status == 0, checked.err);
  BOOST_TEST(local_node.mon("--config '" + local_node.folder.file("shown.conf") + "' node show --json").out ==
             local_node.mon("node show --json").out);
}

BOOST_AUTO_TEST_CASE(config_check_names_every_error_and_warning) {
  const LocalNode local_node;
  BOOST_TEST(local_node.mon("config check").out == "merlin.conf: no errors\n");
  local_node.folder.write("merlin.conf", local_node.text() + "ipc_binlog_dir = /x\n");
  const Outcome warned = local_node.mon("config check");
  BOOST_TEST(warned.status == 0);
  BOOST_TEST(warned.out.find("merlin.conf:12:1: 'ipc_binlog_dir' is an old key without effect") == 0u, warned.out);
  BOOST_TEST(warned.out.find("merlin.conf: no errors, 1 warning\n") != std::string::npos);
  local_node.folder.write("merlin.conf", local_node.text() + "wieght = 5\nprot = 1\n");
  const Outcome wrong = local_node.mon("config check");
  BOOST_TEST(wrong.status == 1);
  BOOST_TEST(wrong.out == "");
  BOOST_TEST(std::count(wrong.err.begin(), wrong.err.end(), '\n') == 2);
  const auto document = ordered_json::parse(local_node.mon("config check --json").out);
  BOOST_TEST(document["errors"].size() == 2u);
  BOOST_TEST(document["errors"][0]["where"] == "merlin.conf:12:1");
}
