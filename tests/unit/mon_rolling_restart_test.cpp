// mon node restart with a merlind and other nodes that are played: which nodes it drains, restarts and takes back, and what it says if a
// step fails.
#include <atomic>
#include <map>
#include <sstream>

#include "mon/cli/commands.hpp"
#include "mon/service/rolling_restart.hpp"
#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;
using namespace merlin;
using namespace merlin::mon;

namespace {

struct PlayedNode {
  bool is_drained = false;
  int asked_until_empty = 0;  // it has hosts for so many questions after it was drained
  bool would_start = true;    // what mon restart --check finds
  bool does_start = true;     // what mon restart does
  std::string refuses{};      // an order that merlind refuses for it
};

// The cluster as merlind at peer01 reports it, and as ssh finds it. All that happens is in `steps`.
struct Cluster : LocalNode {
  Cluster() { folder.write("merlin.conf", conf() + "peer peer03 {\n}\n"); }

  std::string answer(const ordered_json& request) {
    const std::lock_guard lock(mutex);
    const std::string command = request["command"];
    if (command != "status") return obey(command, request["node"]);
    ordered_json list = ordered_json::array({a_node("peer01", true, "active", "ready", 30 - 10 * static_cast<int>(nodes.size()))});
    for (auto& [name, node] : nodes) {
      const bool is_empty = node.is_drained && node.asked_until_empty-- <= 0;
      list.push_back(a_node(name, false, "active", node.is_drained ? "drained" : "ready", is_empty ? 0 : 10));
      list.back()["linked"] = true;
      list[0]["hosts_owned"] = list[0]["hosts_owned"].get<int>() + (is_empty ? 10 : 0);
    }
    return line_of(a_status(list));
  }
  std::string obey(const std::string& command, const std::string& name) {
    PlayedNode& node = nodes.at(name);
    steps.push_back(command + " " + name);
    if (node.refuses == command) return line_of({{"ok", false}, {"errors", {{{"what", "refused"}, {"where", ""}, {"fix", ""}}}}});
    node.is_drained = command == "drain";
    return line_of({{"ok", true}});
  }
  Result<Said> run(const std::string& name, const std::vector<std::string>& words) {
    const std::lock_guard lock(mutex);
    const PlayedNode& node = nodes.at(name);
    const bool only_checks = words.at(2) == "--check";
    const bool has_hosts = !node.is_drained || node.asked_until_empty >= 0;
    if (!only_checks) steps.push_back(words.at(1) + (has_hosts ? " with hosts " : " ") + name);
    if (!node.would_start) return Error{"the core would not start again: line 7", name, ""};
    return only_checks || node.does_start ? Result<Said>(Said{}) : Result<Said>(Error{"the core does not start", name, ""});
  }

  struct PlayedVisitor : Visitor {
    PlayedVisitor(Cluster& cluster, const ssh::Interrupt& interrupt) : Visitor({}, interrupt), cluster_(cluster) {}
    Result<ssh::Session> log_in(const config::NodeConfig&, std::optional<Millis>) override { return ssh::Session{}; }
    Result<Said> run(const ssh::Session&, const std::string& name, const std::vector<std::string>& words, const std::string&) override {
      return cluster_.run(name, words);
    }
    Cluster& cluster_;
  };

  // mon node restart --all, with a limit for each step.
  int restart(Millis timeout = std::chrono::seconds(20)) {
    FakeDaemon daemon(folder.file("sock"), [this](const ordered_json& request) { return answer(request); });
    std::filesystem::path socket(folder.file("sock"));
    Call call;
    call.command = find_command("node restart");
    call.config_path = folder.file("merlin.conf");
    call.timeout = timeout;
    Console console{out, err};
    const ssh::Interrupt interrupt;
    PlayedVisitor visitor(*this, interrupt);
    const config::NodeConfig any{};
    std::vector<Turn> turns;
    for (const auto& [name, node] : nodes) turns.push_back({.name = name, .node = &any});
    const auto ended = RollingRestart(call, console, visitor, visitor).run(turns);
    if (!ended) console.report(ended.failure());
    for (const Turn& turn : turns) outcomes.push_back(turn.outcome);
    std::filesystem::remove(socket);
    return ended ? *ended : kFailed;
  }

  std::mutex mutex;
  std::map<std::string, PlayedNode> nodes{{"peer02", {}}, {"peer03", {}}};
  std::vector<std::string> steps;
  std::vector<RestartOutcome> outcomes;
  std::ostringstream out;
  std::ostringstream err;
};

using Steps = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(each_node_is_drained_restarted_and_taken_back_before_the_next) {
  Cluster cluster;
  BOOST_TEST(cluster.restart() == 0);
  BOOST_TEST(
      (cluster.steps == Steps{"drain peer02", "restart peer02", "undrain peer02", "drain peer03", "restart peer03", "undrain peer03"}));
  BOOST_TEST(cluster.err.str() == "");
}

BOOST_AUTO_TEST_CASE(a_node_that_an_operator_has_drained_is_restarted_when_it_is_empty_and_stays_drained) {
  Cluster cluster;
  cluster.nodes = {{"peer02", {.is_drained = true, .asked_until_empty = 3}}};
  BOOST_TEST(cluster.restart() == 0);
  BOOST_TEST((cluster.steps == Steps{"restart peer02"}));
  BOOST_TEST(cluster.out.str() == "peer02: restarted; it stays drained, as before\n");
}

BOOST_AUTO_TEST_CASE(a_node_that_an_operator_has_drained_is_never_undrained) {
  Cluster never_empty;
  never_empty.nodes = {{"peer02", {.is_drained = true, .asked_until_empty = 1'000}}};
  BOOST_TEST(never_empty.restart(std::chrono::seconds(1)) == 1);
  BOOST_TEST(never_empty.steps.empty());
  BOOST_TEST(contains(never_empty.err.str(), "it was not restarted, and it stays drained, as before"), never_empty.err.str());
  Cluster broken;
  broken.nodes = {{"peer02", {.is_drained = true, .does_start = false}}};
  BOOST_TEST(broken.restart() == 1);
  BOOST_TEST((broken.steps == Steps{"restart peer02"}));
  BOOST_TEST(!contains(broken.err.str(), "undrain"), broken.err.str());
}

BOOST_AUTO_TEST_CASE(all_configurations_are_checked_before_the_first_restart) {
  Cluster cluster;
  cluster.nodes["peer03"].would_start = false;
  BOOST_TEST(cluster.restart() == 1);
  BOOST_TEST(cluster.steps.empty());
  BOOST_TEST(contains(cluster.err.str(), "mon: peer03: the core would not start again: line 7\nmon: no node was restarted\n"),
             cluster.err.str());
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_start_stays_drained_and_ends_it) {
  Cluster cluster;
  cluster.nodes["peer02"].does_start = false;
  BOOST_TEST(cluster.restart() == 1);
  BOOST_TEST((cluster.steps == Steps{"drain peer02", "restart peer02"}));
  BOOST_TEST(
      contains(cluster.err.str(),
               "the core does not start; it is left drained; correct the cause, then mon restart there, and mon node undrain peer02\n"),
      cluster.err.str());
  BOOST_TEST(contains(cluster.err.str(), "mon: not restarted: peer03\n"), cluster.err.str());
  BOOST_TEST((cluster.outcomes == std::vector{RestartOutcome::left_drained, RestartOutcome::not_restarted}));
}

BOOST_AUTO_TEST_CASE(a_drain_that_fails_is_cancelled_or_reported) {
  Cluster slow;
  slow.nodes = {{"peer02", {.asked_until_empty = 1'000}}};
  BOOST_TEST(slow.restart(std::chrono::seconds(1)) == 1);
  BOOST_TEST((slow.steps == Steps{"drain peer02", "undrain peer02"}));
  BOOST_TEST(contains(slow.err.str(), "it was not restarted, and its drain was cancelled"), slow.err.str());
  BOOST_TEST((slow.outcomes == std::vector{RestartOutcome::failed}));
  Cluster stuck;
  stuck.nodes = {{"peer02", {.asked_until_empty = 1'000, .refuses = "undrain"}}};
  BOOST_TEST(stuck.restart(std::chrono::seconds(1)) == 1);
  BOOST_TEST(contains(stuck.err.str(), "it was not restarted, and its drain could not be cancelled: refused; mon node undrain peer02\n"),
             stuck.err.str());
  BOOST_TEST((stuck.outcomes == std::vector{RestartOutcome::left_drained}));
}

BOOST_AUTO_TEST_CASE(a_node_that_cannot_be_taken_back_is_reported_as_drained) {
  Cluster cluster;
  cluster.nodes = {{"peer02", {.refuses = "undrain"}}};
  BOOST_TEST(cluster.restart() == 1);
  BOOST_TEST((cluster.steps == Steps{"drain peer02", "restart peer02", "undrain peer02"}));
  BOOST_TEST(contains(cluster.err.str(), "mon: peer02: restarted, but its drain could not be ended: refused; mon node undrain peer02\n"),
             cluster.err.str());
  BOOST_TEST((cluster.outcomes == std::vector{RestartOutcome::left_drained}));
}
