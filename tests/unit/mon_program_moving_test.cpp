// mon node drain and undrain wait for merlind, and report the outcome; mon restart.
#include <boost/test/unit_test.hpp>
#include <ctime>

#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;

BOOST_AUTO_TEST_CASE(drain_waits_until_every_host_has_another_owner) {
  const LocalNode local_node;
  int asked = 0;
  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    ++asked;
    const std::string phase = asked > 1 ? "drained" : "ready";
    const int left = asked < 3 ? 10 : 0;
    const int taken = asked < 4 ? 20 : 30;
    return line_of(a_status({a_node("peer01", true, "active", phase, left), a_node("peer02", false, "active", "ready", taken)}));
  });
  const Outcome outcome = local_node.mon("node drain");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.out == "peer01: drained; every host has another owner\n");
  BOOST_TEST(asked == 4);
  BOOST_TEST((daemon.requests()[1] == ordered_json{{"command", "drain"}}));
}

BOOST_AUTO_TEST_CASE(drain_says_when_it_cannot_end_well) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    return line_of(a_status({a_node("peer01", true, "active", "drained", 30), a_node("peer02", false, "inactive", "ready", 0)}));
  });
  const Outcome alone = local_node.mon("node drain peer01");
  BOOST_TEST(alone.status == 1);
  BOOST_TEST(alone.err.find("mon: peer01: no other node can run its 30 hosts; it keeps checking them") == 0u);
  BOOST_TEST((daemon.requests()[1] == ordered_json{{"command", "drain"}, {"node", "peer01"}}));
  BOOST_TEST(local_node.mon("node drain --no-wait").out == "peer01: ordered to drain\n");
  const ordered_json document = ordered_json::parse(local_node.mon("node drain --json").out)["nodes"][0];
  BOOST_TEST(document["name"] == "peer01");
  BOOST_TEST(document["outcome"].is_null());
  BOOST_TEST(document["error"].get<std::string>().starts_with("peer01: no other node can run its 30 hosts"));
  BOOST_TEST(local_node.mon("node drain peer02").err == "mon: peer02: it is inactive; mon node status shows the reason\n");
  const Outcome unknown = local_node.mon("node drain peer03");
  BOOST_TEST(unknown.status == 2);
  BOOST_TEST(unknown.err == "mon: node drain: there is no node 'peer03'; did you mean peer01?\n");
}

BOOST_AUTO_TEST_CASE(drain_sends_reason_and_end_and_prints_the_end_that_the_node_confirms) {
  const LocalNode local_node;
  std::int64_t until = 0;
  bool knows_ends = true;
  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json& request) {
    if (request["command"] != "status") {
      until = request.value("until", std::int64_t{0});
      return line_of({{"ok", true}});
    }
    auto drained = a_node("peer01", true, "active", "drained", 0);
    if (knows_ends && until != 0) drained["drain"] = {{"reason", "new kernel"}, {"until", until}};
    return line_of(a_status({drained, a_node("peer02", false, "active", "ready", 30)}));
  });
  const std::int64_t now = std::time(nullptr);
  const Outcome outcome = local_node.mon("node drain --reason='new kernel' --until=300d");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(daemon.requests()[1]["reason"] == "new kernel");
  BOOST_TEST(until >= now + 300 * 86'400);
  BOOST_TEST(until <= now + 300 * 86'400 + 60);
  BOOST_TEST(outcome.out.starts_with("peer01: drained until 20"));
  BOOST_TEST(outcome.out.ends_with("; every host has another owner\n"));
  BOOST_TEST(local_node.mon("node drain --until=300d --no-wait").out.starts_with("peer01: ordered to drain until 20"));
  knows_ends = false;
  BOOST_TEST(local_node.mon("node drain --until=2h").out ==
             "peer01: drained; every host has another owner; its merlind does not know --until: end it with mon node undrain peer01\n");
}

BOOST_AUTO_TEST_CASE(a_drain_with_an_impossible_end_is_not_ordered) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json&) { return line_of({{"ok", true}}); });
  const Outcome outcome = local_node.mon("node drain --until=2020-01-01T12:00");
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST(outcome.err == "mon: node drain: --until: '2020-01-01T12:00' is in the past\n");
  BOOST_TEST(local_node.mon("node drain --until=soon").status == 2);
  BOOST_TEST(daemon.requests().empty());
}

BOOST_AUTO_TEST_CASE(a_drain_that_takes_too_long_fails_and_says_how_far_it_is) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    return line_of(a_status({a_node("peer01", true, "active", "drained", 7), a_node("peer02", false, "active", "ready", 23)}));
  });
  const Outcome outcome = local_node.mon("node drain --timeout 1");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err.find("mon: peer01: not finished in 1 s: 7 hosts left; ") == 0u);
}

BOOST_AUTO_TEST_CASE(undrain_waits_until_the_share_is_back) {
  const LocalNode local_node;
  int asked = 0;
  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    ++asked;
    return line_of(a_status({a_node("peer01", true, "active", asked < 3 ? "drained" : "ready", std::min(asked, 14)),
                             a_node("peer02", false, "active", "ready", 16)}));
  });
  const Outcome outcome = local_node.mon("node undrain");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.out == "peer01: ready, owns 14 of 30 hosts\n");
  const Outcome json = local_node.mon("node undrain --json");
  BOOST_TEST((ordered_json::parse(json.out)["nodes"][0] ==
              ordered_json{{"name", "peer01"}, {"error", nullptr}, {"outcome", "ready, owns 14 of 30 hosts"}}));
}

BOOST_AUTO_TEST_CASE(a_restart_that_is_not_even_begun_is_one_document_too) {
  const LocalNode local_node;
  if (::geteuid() != 0) {
    BOOST_TEST_MESSAGE("only root may do it");
    return;
  }
  local_node.folder.write("merlin.conf", local_node.conf() + "core {\n verify = false\n}\n");
  const Outcome outcome = local_node.mon("restart --json");
  const auto document = ordered_json::parse(outcome.out);
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err.empty(), outcome.err);
  BOOST_TEST(document["steps"].empty());
  BOOST_TEST(document["error"].is_string());
}

BOOST_AUTO_TEST_CASE(the_check_of_a_restart_stops_nothing) {
  const LocalNode local_node;
  if (::geteuid() != 0) {
    BOOST_TEST_MESSAGE("only root may do it");
    return;
  }
  const auto configured = [&](const std::string& verify) {
    local_node.folder.write("merlin.conf", local_node.text() + "core {\n start = touch " + local_node.folder.file("touched") +
                                               "\n stop = touch " + local_node.folder.file("touched") + "\n verify = " + verify + "\n}\n");
  };
  configured("true");
  const Outcome good = local_node.mon("restart --check");
  if (good.err.find("merlind is not installed") != std::string::npos) {
    BOOST_TEST_MESSAGE("there is no service merlind here");
    return;
  }
  BOOST_TEST(good.status == 0, good.err);
  BOOST_TEST(good.out == "both would start again\n");
  configured("false");
  const Outcome bad = local_node.mon("restart --check");
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(bad.err.find("mon: ") == 0U, bad.err);
  BOOST_TEST(bad.err.find("the core would not start again: ") != std::string::npos, bad.err);
  BOOST_TEST(local_node.folder.read("touched") == "");
  BOOST_TEST(!std::filesystem::exists(local_node.folder.file("touched")));
}

// Found before any other node is restarted, not when its turn comes, after the others.
BOOST_AUTO_TEST_CASE(only_root_restarts_this_node) {
  const LocalNode local_node;
  if (::geteuid() != 0) {
    local_node.refuses("node restart --self", 1, "mon: node restart: --self: only root may restart this node");
    return;
  }
  const std::string line = "cd /; MERLIN_CONF=" + local_node.folder.file("merlin.conf") +
                           " setpriv --reuid=65534 --regid=65534 --clear-groups " MON_PROGRAM " node restart --self 2>&1";
  std::filesystem::permissions(local_node.folder.path(), std::filesystem::perms(0755));
  std::FILE* pipe = ::popen(line.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  const std::string said = all_of(pipe);
  ::pclose(pipe);
  BOOST_TEST(said == "mon: node restart: --self: only root may restart this node; use sudo\n");
}
