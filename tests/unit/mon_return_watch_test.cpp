// While a push waits for a node whose return is delayed, its progress shows for how long and why.
#include <chrono>
#include <sstream>
#include <thread>

#include "mon/oconf/return_watch.hpp"
#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;
using merlin::mon::Call;
using merlin::mon::Console;
using merlin::mon::ProgressBar;
using merlin::mon::ReturnWatch;

namespace {

// What a watch of two seconds writes about peer02.
std::string watched(const ordered_json& delay, bool terminal) {
  const LocalNode local_node;
  ordered_json node = a_node("peer02", false, "active", "joining", 0);
  node["return_delay"] = delay;
  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json&) { return line_of(a_status(ordered_json::array({node}))); });
  Call call;
  call.config_path = local_node.folder.file("merlin.conf");
  call.timeout = std::chrono::seconds(5);
  std::ostringstream out;
  std::ostringstream err;
  Console console{out, err};
  console.terminal = terminal;
  ProgressBar bar(console);
  {
    const ReturnWatch watch(call, "peer02", bar);
    while (daemon.requests().size() < 3) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  bar.clear();
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_delay_is_one_line_and_counts_down_on_a_terminal) {
  const ordered_json delay{{"left_ms", 9'000}, {"by", "peer01"}, {"losses", 2}, {"text", "peer01 delays its return for another 9 s"}};
  const std::string line = "peer02: waiting: peer01 delays its return for another 9 s";
  BOOST_TEST(watched(delay, false) == line + "\n");
  const std::string drawn = watched(delay, true);
  BOOST_TEST(drawn.find(line + "\n") != std::string::npos, drawn);
  BOOST_TEST(drawn.find("0/0  " + line) != std::string::npos, drawn);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_delayed_is_not_mentioned) {
  BOOST_TEST(watched(nullptr, false).empty());
  BOOST_TEST(watched("from another version", false).empty());
}
