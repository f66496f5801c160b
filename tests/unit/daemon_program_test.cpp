// merlind as installed: two of them link, refuse, read a new merlin.conf, stop and return; the test simulates the module of
// each core.
#include "tests/unit/daemon_program_nodes.hpp"

using namespace daemon_test;

BOOST_AUTO_TEST_CASE(init_makes_an_identity_once_and_prints_its_fingerprint) {
  const Merlind node("a");
  BOOST_TEST(node.fingerprint().substr(0, 7) == "SHA256:");
  BOOST_TEST(node.fingerprint().size() == 7 + 64);
  int status = 0;
  BOOST_TEST(run_merlind({"--config", node.conf(), "--init"}, status) == node.fingerprint() + "\n");
  BOOST_TEST(status == 0);
}

// The core's user can read its own key and no other; merlind's own key stays in its folder.
BOOST_AUTO_TEST_CASE(init_makes_the_module_its_own_key_where_it_talks_by_tls) {
  const passwd* core = ::getpwnam("nagios");
  if (::geteuid() != 0 || core == nullptr) {
    BOOST_TEST_MESSAGE("skipped: needs root and the user nagios");
    return;
  }
  const Merlind node("a");
  node.write_conf("module {\n  daemon = 10.0.0.1:15551\n}\ncore {\n  type = nagios4\n}\n");
  BOOST_REQUIRE(::chmod(node.file("").c_str(), 0711) == 0);
  BOOST_REQUIRE(::chmod(node.file("tls").c_str(), 0700) == 0);  // as merlind creates it
  int status = -1;
  const std::string said = run_merlind({"--config", node.conf(), "--init"}, status);
  BOOST_TEST(status == 0);
  BOOST_TEST(said.substr(0, node.fingerprint().size() + 1) == node.fingerprint() + "\n");
  BOOST_TEST(said.find("\nmodule SHA256:") == node.fingerprint().size());
  BOOST_TEST(said.find(node.fingerprint(), 1) == std::string::npos, "the module is somebody else");
  const auto look = [&](const std::string& name) {
    struct stat about {};
    BOOST_REQUIRE(::stat(node.file(name).c_str(), &about) == 0);
    return about;
  };
  BOOST_TEST((look("tls/module").st_mode & 07777) == 0700u);
  BOOST_TEST((look("tls/module/key.pem").st_mode & 07777) == 0600u);
  BOOST_TEST(look("tls/module/key.pem").st_uid == core->pw_uid);
  BOOST_TEST(look("tls/module").st_uid == core->pw_uid);
  BOOST_TEST((look("tls").st_mode & 07777) == 0711u);
  BOOST_TEST(look("tls/key.pem").st_uid == 0u);
  BOOST_TEST(run_merlind({"--config", node.conf(), "--init"}, status) == said, "once made it stays");
  // A link made by merlind's user is not followed.
  std::filesystem::remove_all(node.file("tls/module"));
  std::filesystem::create_symlink("/etc", node.file("tls/module"));
  run_merlind({"--config", node.conf(), "--init"}, status);
  BOOST_TEST(status == 1);
  BOOST_TEST(look("tls/module").st_uid == 0u);
}

BOOST_AUTO_TEST_CASE(a_wrong_file_is_told_of_in_full_and_nothing_starts) {
  const Merlind node("a");
  node.write_conf("prot = 3\npeer {\n}\n");
  for (const std::vector<std::string>& how : {std::vector<std::string>{"--check"}, {"--foreground"}, {}}) {
    std::vector<std::string> words{"--config", node.conf()};
    words.insert(words.end(), how.begin(), how.end());
    int status = 0;
    const std::string said = run_merlind(words, status);
    BOOST_TEST(status == 1);
    BOOST_TEST(said.find("did you mean 'port'") != std::string::npos, said);
    BOOST_TEST(std::count(said.begin(), said.end(), '\n') >= 2, "every error, not the first alone: " << said);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_command_line_is_one_line_and_status_2) {
  int status = 0;
  const std::string said = run_merlind({"--frobnicate"}, status);
  BOOST_TEST(status == 2);
  BOOST_TEST(std::count(said.begin(), said.end(), '\n') == 1);
  BOOST_TEST(run_merlind({"--version"}, status).substr(0, 8) == "merlind ");
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(in_the_background_the_exit_status_says_whether_it_started) {
  const Merlind node("a");
  int status = -1;
  BOOST_TEST(run_merlind({"--config", node.conf()}, status) == "");
  BOOST_REQUIRE(status == 0);
  const Json version = node.ask({{"command", "version"}});
  BOOST_TEST(version["name"] == "a");
  const std::string said = run_merlind({"--config", node.conf()}, status);
  BOOST_TEST(status == 1);
  BOOST_TEST(said.find("another merlind of this node is running") != std::string::npos, said);
  ::kill(version["pid"].get<pid_t>(), SIGTERM);
  BOOST_TEST(wait_until([&] { return !std::filesystem::exists(node.file("pid")); }));
}

BOOST_AUTO_TEST_CASE(two_nodes_link_once_and_see_each_others_cores) {
  Pair pair;
  pair.start();
  FakeModule core_a(pair.a, "test", 11);
  FakeModule core_b(pair.b, "test", 12);
  core_a.know_host("web");
  core_b.know_host("web");
  const bool agreed = wait_until(
      [&] {
        core_a.turn();
        core_b.turn();
        const Json seen_by_a = pair.a.node("b");
        const Json seen_by_b = pair.b.node("a");
        return seen_by_a.value("state", "") == "active" && seen_by_b.value("state", "") == "active" &&
               pair.a.status()["nodes"][0]["hosts_owned"].get<int>() + seen_by_a["hosts_owned"].get<int>() == 1;
      },
      20s);
  BOOST_TEST(agreed, pair.a.status().dump(1));
  BOOST_TEST(core_a.got(MessageType::core_welcome));
  BOOST_TEST(core_a.got(MessageType::epoch));
  const Json owner = pair.a.ask({{"command", "owner"}, {"host", "web"}});
  BOOST_TEST(owner["owner"] == pair.b.ask({{"command", "owner"}, {"host", "web"}})["owner"]);
  BOOST_TEST(pair.a.count_in_log("linked with b") == 1);
  BOOST_TEST(pair.b.count_in_log("linked with a") == 1);
  BOOST_TEST(pair.a.node("b")["encrypted"] == true);
}

// R10: each node's earlier configurations determine which one is newer, even after a restart of merlind.
BOOST_AUTO_TEST_CASE(both_nodes_say_the_same_of_whose_configuration_is_newer) {
  Pair pair;
  pair.start();
  FakeModule core_a(pair.a, "test", 11);
  FakeModule core_b(pair.b, "test", 12);
  const auto becomes = [&](FakeModule& of_a, const char* b_at_a, const char* a_at_b) {
    return wait_until(
        [&] {
          of_a.turn();
          core_b.turn();
          return pair.a.node("b")["config"] == b_at_a && pair.b.node("a")["config"] == a_at_b;
        },
        20s);
  };
  core_a.know_host("web", 6);
  core_b.know_host("web", 6);
  BOOST_TEST(becomes(core_a, "same", "same"));
  core_a.know_host("web", 7);
  BOOST_TEST(becomes(core_a, "older", "newer"));
  BOOST_TEST(pair.a.stop(SIGTERM) == 0);
  pair.a.start();
  FakeModule again(pair.a, "test", 13);
  again.know_host("web", 7);
  const bool known_still = becomes(again, "older", "newer");
  BOOST_TEST(known_still, pair.a.status().dump(1));
  core_b.know_host("web", 8);
  BOOST_TEST(becomes(again, "differs", "differs"));
}

BOOST_AUTO_TEST_CASE(each_heartbeat_of_the_core_is_answered_while_the_daemon_turns) {
  Merlind node("a");
  node.start();
  FakeModule core(node, "test", 11);
  core.know_host("web01");
  BOOST_TEST(wait_until([&] { return core.turn(), core.heard() > 3; }));
  ::kill(node.pid(), SIGSTOP);
  core.turn();
  const std::uint64_t last = core.heartbeats();
  BOOST_TEST(!wait_until([&] { return core.turn(), core.heard() > last; }, 1s));
  ::kill(node.pid(), SIGCONT);
  BOOST_TEST(wait_until([&] { return core.turn(), core.heard() > last; }));
  BOOST_TEST(node.ask({{"command", "owner"}, {"host", "wbe01"}})["nearest"].dump() == R"(["web01"])");
  BOOST_TEST(!node.ask({{"command", "owner"}, {"host", "printer"}}).contains("nearest"));
}

BOOST_AUTO_TEST_CASE(a_poller_block_is_named_as_not_in_effect_and_nobody_links_with_it) {
  Pair pair;
  const std::string block = pair.a.block_for(pair.b);
  pair.a.write_conf("poller b {\n  hostgroup = south\n" + block.substr(block.find('\n') + 1));
  pair.b.write_conf(pair.b.block_for(pair.a));
  pair.a.start();
  pair.b.start();
  BOOST_TEST(wait_until([&] { return pair.b.state_of(pair.a) == "refused" || pair.b.has_problem("does not trust our certificate", ""); }));
  const Json status = pair.a.status();
  BOOST_TEST(status["nodes"].size() == 1u);
  BOOST_TEST(status["not_in_effect"].dump().find("'poller' blocks are not in effect yet") != std::string::npos);
  BOOST_TEST(!pair.a.has_problem("was refused", ""));
  BOOST_TEST(pair.a.ask({{"command", "drain"}, {"node", "b"}}).dump().find("poller blocks are not in effect yet") != std::string::npos);
  pair.a.write_conf(block);
  BOOST_TEST(pair.a.ask({{"command", "reload"}})["changes"].dump() == R"(["peer b added"])");
  BOOST_TEST(wait_until([&] { return pair.a.is_linked_with(pair.b); }));
}

BOOST_AUTO_TEST_CASE(started_together_they_never_flap) {
  Pair pair;
  for (int round = 0; round < 3; ++round) {
    pair.start();
    std::this_thread::sleep_for(700ms);
    BOOST_TEST(pair.a.is_linked_with(pair.b));
    BOOST_TEST(pair.a.stop(SIGTERM) == 0);
    BOOST_TEST(pair.b.stop(SIGTERM) == 0);
  }
  BOOST_TEST(pair.a.count_in_log("linked with b") == 3);
  BOOST_TEST(pair.a.count_in_log("a newer link") == 0);
}

// F01 L2
BOOST_AUTO_TEST_CASE(a_killed_daemon_is_noticed_at_once_and_linked_again) {
  Pair pair;
  pair.start();
  pair.b.stop(SIGKILL);
  BOOST_TEST(wait_until([&] { return !pair.a.is_linked_with(pair.b); }, 1s));
  pair.b.start();
  BOOST_TEST(wait_until([&] { return pair.a.is_linked_with(pair.b) && pair.b.is_linked_with(pair.a); }));
}

// F55 I9
BOOST_AUTO_TEST_CASE(strangers_do_not_displace_a_configured_node) {
  Pair pair;
  pair.a.start();
  const auto port = static_cast<std::uint16_t>(pair.a.port());
  const auto connect_from = [&](const std::string& host) {
    merlin::net::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto source = *merlin::net::SocketAddress::from_literal(host, 0);
    const auto target = *merlin::net::SocketAddress::from_literal("127.0.0.1", port);
    BOOST_REQUIRE(::bind(socket.get(), source.data(), source.size()) == 0);
    BOOST_REQUIRE(::connect(socket.get(), target.data(), target.size()) == 0);
    BOOST_REQUIRE(::send(socket.get(), "\x16\x03\x01", 3, MSG_NOSIGNAL) == 3);
    return socket;
  };
  const merlin::net::Fd node = connect_from("127.0.0.1");
  std::vector<merlin::net::Fd> strangers;
  for (int i = 0; i < 500; ++i) strangers.push_back(connect_from("127.7." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250)));
  const auto crowded = [&] { return pair.a.status()["links"]["refused"].value("crowded", 0); };
  BOOST_TEST(wait_until([&] { return crowded() >= 500 - 64; }));
  char byte = 0;
  BOOST_TEST(::recv(node.get(), &byte, 1, MSG_DONTWAIT) == -1);
  BOOST_TEST(errno == EAGAIN);
}

BOOST_AUTO_TEST_CASE(a_stop_says_goodbye_to_peers_and_core) {
  Pair pair;
  pair.start();
  FakeModule core(pair.b, "test", 12);
  BOOST_REQUIRE(wait_until([&] {
    core.turn();
    return core.got(MessageType::core_welcome);
  }));
  BOOST_TEST(pair.b.stop(SIGTERM) == 0);
  core.turn();
  BOOST_TEST(core.got(MessageType::daemon_away));
  BOOST_TEST(wait_until([&] { return pair.a.count_in_log("announces its absence") > 0; }));
  BOOST_TEST(!std::filesystem::exists(pair.b.file("pid")));
  BOOST_TEST(!std::filesystem::exists(pair.b.file("control.sock")));
  BOOST_TEST(std::filesystem::exists(pair.b.file("state")));
}

// F59 I10
BOOST_AUTO_TEST_CASE(another_cluster_is_refused_with_its_reason_on_both_sides) {
  Pair pair;
  pair.b.set_cluster("work");
  pair.b.write_conf(pair.b.block_for(pair.a));
  pair.a.start();
  pair.b.start();
  BOOST_TEST(wait_until(
      [&] { return pair.a.has_problem("its cluster is", "cluster = NAME") && pair.b.has_problem("its cluster is", "cluster = NAME"); }));
  BOOST_TEST(pair.a.state_of(pair.b) == "refused");
  BOOST_TEST(!pair.a.is_linked_with(pair.b));
  BOOST_TEST(pair.a.count_in_log("its cluster is") == 1, "at most a line a minute");
}

BOOST_AUTO_TEST_CASE(an_unknown_certificate_is_shown_with_the_command_and_trusted_after_a_reload) {
  Pair pair;
  const std::string no_fingerprint = "peer a {\n  address = 127.0.0.1\n  port = " + std::to_string(pair.a.port()) + "\n}\n";
  pair.b.write_conf(no_fingerprint);
  pair.a.start();
  pair.b.start();
  BOOST_TEST(wait_until([&] { return pair.b.has_problem("a is refused", "mon sshkey push a"); }));
  BOOST_TEST(pair.b.has_problem(pair.a.fingerprint(), ""));
  BOOST_TEST(wait_until([&] { return pair.a.has_problem("b does not trust our certificate", "on b: mon cert push a"); }));
  BOOST_TEST(pair.b.ask({{"command", "certs"}})["refused"][0]["fingerprint"] == pair.a.fingerprint());

  pair.b.write_conf(pair.b.block_for(pair.a));
  BOOST_TEST(pair.b.ask({{"command", "reload"}})["changes"].dump() == R"(["peer a changed"])");
  BOOST_TEST(wait_until([&] { return pair.a.is_linked_with(pair.b) && pair.b.is_linked_with(pair.a); }));
  BOOST_TEST(!pair.b.has_problem("is refused", ""));
}

BOOST_AUTO_TEST_CASE(a_reload_drops_no_link_that_stays_and_the_one_that_goes) {
  Pair pair;
  pair.start();
  pair.a.write_conf("weight = 2\npeer c {\n  connect = no\n}\n" + pair.a.block_for(pair.b));
  BOOST_TEST(pair.a.ask({{"command", "reload"}})["ok"] == true);
  ::kill(pair.a.pid(), SIGHUP);
  BOOST_TEST(wait_until([&] { return pair.a.count_in_log("no changes") == 1; }));
  BOOST_TEST(pair.a.is_linked_with(pair.b));
  BOOST_TEST(pair.a.count_in_log("linked with b") == 1);
  BOOST_TEST(pair.a.node("c")["state"] == "never seen");

  pair.a.write_conf("");
  BOOST_TEST(pair.a.ask({{"command", "reload"}})["ok"] == true);
  BOOST_TEST(wait_until([&] { return !pair.b.is_linked_with(pair.a); }));
  BOOST_TEST(wait_until([&] { return pair.b.state_of(pair.a) == "refused"; }));
}

BOOST_AUTO_TEST_CASE(a_renamed_block_keeps_its_link) {
  Pair pair;
  pair.start();
  std::string block = pair.a.block_for(pair.b);
  pair.a.write_conf(block.replace(block.find("peer b"), 6, "peer bee"));
  BOOST_TEST(pair.a.ask({{"command", "reload"}})["ok"] == true);
  BOOST_TEST(pair.a.node("bee")["linked"] == true);
  BOOST_TEST(pair.b.count_in_log("linked with a") == 1);
}

BOOST_AUTO_TEST_CASE(a_file_broken_while_running_changes_nothing_but_the_problems) {
  Pair pair;
  pair.start();
  pair.a.write_conf("wieght = 2\n");
  ::kill(pair.a.pid(), SIGHUP);
  BOOST_TEST(wait_until([&] { return pair.a.has_problem("merlin.conf is invalid, the last valid one stays in effect", "weight"); }));
  BOOST_TEST(pair.a.ask({{"command", "reload"}})["ok"] == false);
  BOOST_TEST(pair.a.is_linked_with(pair.b));
  pair.a.write_conf(pair.a.block_for(pair.b));
  BOOST_TEST(pair.a.ask({{"command", "reload"}})["ok"] == true);
  BOOST_TEST(!pair.a.has_problem("merlin.conf is invalid", ""));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_applied_changes_nothing_but_the_problems) {
  Merlind node("a");
  node.write_conf("encrypted = 1\n");
  node.start();
  const auto warnings = [&] { return node.status()["not_in_effect"].dump(); };
  const std::string before = warnings();
  BOOST_TEST(before.find("encrypted") != std::string::npos);
  const merlin::net::Fd taken(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  BOOST_REQUIRE(::bind(taken.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
  BOOST_REQUIRE(::listen(taken.get(), 1) == 0);
  BOOST_REQUIRE(::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  // Its control socket can be moved, its port cannot be opened.
  std::ofstream(node.conf()) << "node_name = a\ncluster = test\naddress = 127.0.0.1\nport = " << ntohs(address.sin_port)
                             << "\nlog_file = " << node.file("other.log")
                             << "\npeer c {\n  connect = no\n}\ndaemon {\n  control_socket = " << node.file("other.sock")
                             << "\n}\nipc_socket = " << node.file("merlind.sock") << "\n";
  BOOST_TEST(node.ask({{"command", "reload"}})["ok"] == false);
  BOOST_TEST(wait_until([&] { return node.has_problem("merlin.conf is invalid, the last valid one stays in effect", ""); }));
  BOOST_TEST(warnings() == before);
  BOOST_TEST(node.node("c").empty());
  BOOST_TEST(!std::filesystem::exists(node.file("other.log")));
  BOOST_TEST(static_cast<bool>(connect_to(node.file("merlind.sock"))));
  node.write_conf("");
  BOOST_TEST(node.ask({{"command", "reload"}})["ok"] == true);
  BOOST_TEST(warnings() == "[]");
  BOOST_TEST(!node.has_problem("merlin.conf is invalid", ""));
}

// F04
BOOST_AUTO_TEST_CASE(a_stopped_daemon_that_goes_on_judges_nobody_by_its_own_absence) {
  Pair pair;
  pair.start();
  FakeModule core_a(pair.a, "test", 11);
  FakeModule core_b(pair.b, "test", 12);
  core_a.know_host("web");
  core_b.know_host("web");
  const auto turn = [&] {
    core_a.turn();
    core_b.turn();
  };
  BOOST_REQUIRE(wait_until(
      [&] {
        turn();
        return pair.a.state_of(pair.b) == "active" && pair.b.state_of(pair.a) == "active";
      },
      20s));
  ::kill(pair.a.pid(), SIGSTOP);
  // A peer that is silent for three of its intervals is lost.
  BOOST_TEST(wait_until(
      [&] {
        turn();
        return pair.b.state_of(pair.a) != "active";
      },
      3s));
  for (int i = 0; i < 30; ++i) {
    turn();
    std::this_thread::sleep_for(100ms);
  }
  ::kill(pair.a.pid(), SIGCONT);
  BOOST_TEST(wait_until([&] {
    turn();
    return pair.a.is_linked_with(pair.b);
  }));
  // It may detect that b does not hear it, but that it has not heard b, or its core, was its own fault.
  BOOST_TEST(pair.a.count_in_log("b is no longer active: silent") == 0, pair.a.log());
  BOOST_TEST(pair.a.count_in_log("hung") == 0, pair.a.log());
}
