// merlind as installed: what modules, copied machines and clients of its sockets cannot do to it.
#include <memory>

#include "tests/unit/daemon_program_nodes.hpp"

using namespace daemon_test;

// F50
BOOST_AUTO_TEST_CASE(garbage_from_a_module_costs_its_link_only) {
  Merlind node("a");
  node.start();
  FakeModule core(node, "test", 11);
  BOOST_REQUIRE(wait_until([&] {
    core.turn();
    return core.got(MessageType::core_welcome);
  }));
  core.send_bytes("no frame at all, but long enough to be one");
  BOOST_TEST(wait_until([&] {
    core.turn();
    return core.is_closed();
  }));
  FakeModule next(node, "test", 12);
  BOOST_TEST(wait_until([&] {
    next.turn();
    return next.got(MessageType::core_welcome);
  }));
  FakeModule stranger(node, "work", 13);
  BOOST_TEST(wait_until([&] {
    stranger.turn();
    return stranger.is_closed() && stranger.got(MessageType::refuse);
  }));
  next.turn();
  BOOST_TEST(!next.is_closed(), "a module that is refused does not replace the good one");
  FakeModule newer(node, "test", 14);
  BOOST_TEST(wait_until([&] {
    newer.turn();
    next.turn();
    return newer.got(MessageType::core_welcome) && next.is_closed();
  }));
}

// I9
BOOST_AUTO_TEST_CASE(what_a_module_must_not_say_ends_that_message_only) {
  using namespace merlin;
  using namespace merlin::wire;
  Merlind node("a");
  node.start();
  FakeModule core(node, "test", 11);
  core.know_host("web01");
  const ObjectKey web{host_key("web01"), 0};
  CommentRegister comment;
  comment.author = "anna";
  comment.expire_s = std::int64_t{1} << 62;
  CoreRows rows;
  rows.batch = 3;
  rows.rows = {{web, RegisterKind::comment, {1, 1, 1, {}}, 0, encode(comment), 7}};
  core.send(rows);
  CheckRegister state;
  state.output = "fine\n}\nservice {";
  rows.rows = {{web, RegisterKind::check, {1, 1, 1, {}}, 0, encode(state)}};
  core.send(rows);
  CoreResults results;
  results.results.resize(2);
  results.results[0].number = 1;
  results.results[1].number = 2;
  results.results[1].output = std::string(300'000, 'x');
  core.send(results);
  const auto rejected = [&] { return node.status().value("rejected", Json::array()); };
  BOOST_TEST(wait_until([&] { return core.turn(), rejected().size() == 1 && rejected()[0]["count"] == 3; }), rejected().dump());
  BOOST_TEST(rejected()[0]["from"] == "module");
  for (const char* reason : {"text_too_long", "line_break", "time"}) BOOST_TEST(rejected()[0]["reasons"].value(reason, 0) == 1, reason);
  BOOST_TEST(core.got(MessageType::rows_safe), "the module must not keep what is rejected");
  BOOST_TEST(!core.is_closed());
  BOOST_TEST(node.has_problem("data from the module was rejected 3 times", ""));
  BOOST_TEST(node.count_in_log(
                 "rejected data from the module: comment: expire_s is 4611686018427387904; 0 to 253402300799 are allowed (web01)") == 1);
  BOOST_TEST(node.status()["rows"] == 0);
}

BOOST_AUTO_TEST_CASE(a_module_on_another_machine_comes_by_tls_with_its_certificate) {
  using namespace merlin::net;
  const auto identity = make_identity(std::nullopt, merlin::WallTime{std::chrono::milliseconds{1'800'000'000'000}});
  BOOST_REQUIRE(identity.ok());
  const auto tls = TlsContext::create(*identity);
  BOOST_REQUIRE(tls.ok());
  Merlind node("a");
  node.write_conf("module {\n  fingerprint = " + identity->certificate.fingerprint + "\n}\n");
  node.start();

  ev::dynamic_loop loop;
  bool welcome = false;
  ConnectionHandlers handlers;
  handlers.on_frame = [&](merlin::wire::Frame&& frame) {
    welcome = welcome || frame.type == static_cast<std::uint8_t>(MessageType::core_welcome);
  };
  auto socket = connect_tcp(*SocketAddress::from_literal("127.0.0.1", static_cast<std::uint16_t>(node.port())));
  BOOST_REQUIRE(socket.ok());
  const TrustCheck trust = [&](const CertificateInfo& shown) -> merlin::Result<> {
    if (shown.fingerprint == node.fingerprint()) return merlin::Ok{};
    return merlin::Error{"another daemon", "", ""};
  };
  Connection link(loop, std::move(*socket), *tls, TlsRole::client, trust, handlers);
  merlin::wire::CoreHello hello;
  hello.oldest_version = hello.newest_version = merlin::wire::kProtocolVersion;
  hello.boot_id = 9;
  hello.cluster = "test";
  link.send(Priority::control, merlin::wire::to_frame(hello).value());
  BOOST_TEST(wait_until([&] {
    loop.run(ev::NOWAIT);
    return welcome;
  }));

  node.write_conf("");
  BOOST_TEST(node.ask({{"command", "reload"}})["ok"] == true);
  BOOST_TEST(wait_until([&] {
               loop.run(ev::NOWAIT);
               return !link.is_open();
             }),
             "without its fingerprint it is no longer welcome");
}

namespace {

enum class Answer { none, welcome, refuse };

// What merlind answers a module of another process; `meanwhile` is called until then.
Answer answer_to_another_process(
    const Merlind& node, const std::function<void()>& meanwhile = [] {}) {
  const pid_t other = ::fork();
  if (other == 0) {
    FakeModule module(node, "test", 2);
    const bool ended = wait_until([&] {
      module.turn();
      return module.is_closed() || module.got(MessageType::core_welcome);
    });
    const bool refused = module.is_closed() && module.got(MessageType::refuse);
    ::_exit(static_cast<int>(!ended ? Answer::none : refused ? Answer::refuse : module.is_closed() ? Answer::none : Answer::welcome));
  }
  int ended = 0;
  BOOST_REQUIRE(wait_until(
      [&] {
        meanwhile();
        return ::waitpid(other, &ended, WNOHANG) == other;
      },
      30s));
  BOOST_REQUIRE(WIFEXITED(ended));
  return static_cast<Answer>(WEXITSTATUS(ended));
}

struct Connected {
  Connected() {
    node.write_conf("core_timeout = 500ms\n");
    node.start();
    first = std::make_unique<FakeModule>(node, "test", 1);
    BOOST_REQUIRE(wait_until([&] {
      first->turn();
      return first->got(MessageType::core_welcome);
    }));
  }
  Merlind node{"a"};
  std::unique_ptr<FakeModule> first;
};

}  // namespace

// Every plugin runs as the core's user, which may connect.
BOOST_FIXTURE_TEST_CASE(a_second_module_is_refused_while_the_first_is_healthy, Connected) {
  BOOST_TEST((answer_to_another_process(node, [&] { first->turn(); }) == Answer::refuse));
  first->turn();
  BOOST_TEST(!first->is_closed());
  BOOST_TEST(node.has_problem("was refused as the module of the core here", "look at that process"), node.log());
  FakeModule again(node, "test", 3);  // of the same process, as after a reload of the core
  BOOST_TEST(wait_until([&] {
    again.turn();
    return again.got(MessageType::core_welcome);
  }));
}

BOOST_FIXTURE_TEST_CASE(a_module_that_is_silent_for_longer_than_core_timeout_is_replaced, Connected) {
  std::this_thread::sleep_for(700ms);
  BOOST_TEST((answer_to_another_process(node) == Answer::welcome));
}

BOOST_FIXTURE_TEST_CASE(a_module_whose_core_is_busy_is_not_replaced, Connected) {
  first->send(merlin::wire::CoreBusy{4'000, "saving retention data"});
  std::this_thread::sleep_for(700ms);
  BOOST_TEST((answer_to_another_process(node) == Answer::refuse));
}

// F59
BOOST_AUTO_TEST_CASE(a_copied_machine_is_refused_with_its_double) {
  Pair pair;
  Merlind copy("b");
  for (const char* file : {"tls/key.pem", "tls/cert.pem"}) {
    std::filesystem::copy_file(pair.b.file(file), copy.file(file), std::filesystem::copy_options::overwrite_existing);
  }
  copy.write_conf(pair.b.block_for(pair.a));
  pair.start();
  copy.start();
  BOOST_TEST(wait_until([&] { return pair.a.has_problem("two machines have this node id", ""); }, 60s), pair.a.log());
  BOOST_TEST(!pair.a.is_linked_with(pair.b));
}

BOOST_AUTO_TEST_CASE(the_control_socket_is_bounded) {
  Merlind node("a");
  node.start();
  std::vector<merlin::net::Fd> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(connect_to(node.file("control.sock")));
  BOOST_TEST(node.ask({{"command", "version"}})["name"] == "a");

  const merlin::net::Fd flood = connect_to(node.file("control.sock"));
  const std::string much(200 * 1024, 'x');
  std::size_t sent = 0;
  while (sent < much.size()) {
    const ssize_t got = ::send(flood.get(), much.data() + sent, much.size() - sent, MSG_NOSIGNAL);
    if (got <= 0) break;
    sent += static_cast<std::size_t>(got);
  }
  BOOST_TEST(node.ask({{"command", "version"}})["name"] == "a");
}

// F42
BOOST_AUTO_TEST_CASE(a_state_that_cannot_be_written_is_shown_and_stops_nothing) {
  Merlind node("a");
  std::filesystem::create_directory(node.file("state"));
  node.start();
  BOOST_TEST(wait_until([&] { return node.has_problem("the state cannot be saved", "disk"); }));
  std::filesystem::remove(node.file("state"));
  BOOST_TEST(wait_until([&] { return !node.has_problem("the state cannot be saved", ""); }));
  BOOST_TEST(node.stop(SIGTERM) == 0);
}

// The output for systemd's journal: the priority first, no second time stamp, no line twice.
BOOST_AUTO_TEST_CASE(the_journal_gets_priorities_and_no_times) {
  const Merlind node("a");
  const auto journal = [&](const std::string& arguments) {
    const std::string file = node.file("journal");
    int status = 0;
    run({"sh", "-c",
         "exec 2>'" + file + "'; JOURNAL_STREAM=$(stat -Lc %d:%i '" + file + "') timeout -s TERM 2 " MERLIND " --config '" + node.conf() +
             "' " + arguments},
        status);
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  };
  node.write_conf("use_syslog = yes\nencrypted = 1\n");
  const auto lines = journal("--foreground");
  BOOST_TEST(lines.size() >= 3u);
  for (const std::string& line : lines) {
    BOOST_TEST((line.size() > 4 && line[0] == '<' && line[2] == '>'), line);
    BOOST_TEST(line.find(" info: ") == std::string::npos, line);
    BOOST_TEST(line.find("20") != 3u, line);
    BOOST_TEST(std::count(lines.begin(), lines.end(), line) == 1, line);
  }
  BOOST_TEST((std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("<4>") && line.find("'encrypted'") != std::string::npos;
  })));
  BOOST_TEST((std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("<6>merlind stops"); })));
  node.write_conf("prot = 3\n");
  const auto errors = journal("--check");
  BOOST_REQUIRE_EQUAL(errors.size(), 1u);
  BOOST_TEST(errors[0].starts_with("<3>" + node.conf()), errors[0]);
}
