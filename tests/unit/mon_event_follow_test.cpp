// `mon events --follow`: every event once, whatever happens to merlind and its store meanwhile.
#include <signal.h>

#include <chrono>
#include <memory>
#include <thread>

#include "mon/status/event_follow.hpp"
#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;
using merlin::mon::EventPosition;
using merlin::mon::RetryPause;

namespace {

ordered_json event(const std::string& node, const std::string& epoch, int number) {
  return {{"time_ms", 1'700'000'000'000 + number},
          {"node", node},
          {"node_id", node},
          {"epoch", epoch},
          {"number", number},
          {"type", "alert"},
          {"host", "web"},
          {"text", "number " + std::to_string(number)}};
}

ordered_json answer(const std::string& store, int arrival, const std::vector<ordered_json>& events) {
  return {{"arrival", arrival}, {"store", store}, {"more", false}, {"events", events}};
}

// The numbers of the new events; "again": the position starts over.
std::string taken(EventPosition& position, const ordered_json& document) {
  const auto fresh = position.take(document);
  if (!fresh) return "again";
  std::string numbers;
  for (const ordered_json& one : *fresh) numbers += one["node"].get<std::string>() + std::to_string(one["number"].get<int>()) + " ";
  return numbers;
}

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

// `mon events --follow` in the background.
struct Follower {
  explicit Follower(const LocalNode& node) : out(node.folder.file("out")), err(node.folder.file("err")), folder(node.folder) {
    const std::string conf = folder.file("merlin.conf");
    pid = ::fork();
    if (pid != 0) return;
    ::setenv("MERLIN_CONF", conf.c_str(), 1);
    const bool is_open = std::freopen(out.c_str(), "w", stdout) != nullptr && std::freopen(err.c_str(), "w", stderr) != nullptr;
    if (is_open) ::execl(MON_PROGRAM, "mon", "events", "--follow", nullptr);
    ::_exit(127);
  }
  ~Follower() {
    if (pid <= 0) return;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  int end_by(int signal) {
    ::kill(pid, signal);
    int ended = 0;
    ::waitpid(pid, &ended, 0);
    pid = -1;
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : -WTERMSIG(ended);
  }
  bool shows(const std::string& name, const std::string& text) const { return folder.read(name).find(text) != std::string::npos; }

  std::string out;
  std::string err;
  const Folder& folder;
  pid_t pid = -1;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_follower_asks_for_what_arrived_after_the_last_answer) {
  EventPosition position;
  BOOST_TEST(taken(position, answer("s", 7, {event("a", "1", 3)})) == "a3 ");
  BOOST_TEST(position.after() == 7);
  BOOST_TEST(taken(position, answer("s", 9, {event("a", "1", 4), event("b", "1", 1)})) == "a4 b1 ");
  BOOST_TEST(taken(position, answer("s", 10, {event("b", "0", 1)})) == "b1 ", "late, from before a restart of b");
  BOOST_TEST(taken(position, answer("s", 10, {})) == "");
}

// Numbers of arrival count anew then, and all events of the other nodes arrive once more.
BOOST_AUTO_TEST_CASE(a_replaced_store_repeats_and_loses_nothing) {
  for (const auto& [store, arrival] : {std::pair{"new", 50}, std::pair{"old", 2}}) {
    EventPosition position;
    position.start({{"events", {{"streams", {{{"node_id", "a"}, {"epoch", "1"}, {"first", 1}, {"last", 5}}}}}}});
    BOOST_TEST(taken(position, answer("old", 7, {event("b", "1", 3)})) == "b3 ");
    BOOST_TEST(taken(position, answer(store, arrival, {event("c", "1", 1)})) == "again");
    BOOST_TEST(position.after() == 0);
    BOOST_TEST(taken(position, answer(store, arrival, {event("a", "1", 5), event("a", "1", 6), event("b", "1", 3), event("b", "1", 4)})) ==
               "a6 b4 ");
    BOOST_TEST(taken(position, answer(store, arrival + 1, {event("b", "1", 2), event("b", "1", 5)})) == "b5 ");
  }
}

// A clock that was set back gives a later event an earlier time.
BOOST_AUTO_TEST_CASE(a_replaced_store_loses_nothing_that_is_not_sorted_by_number) {
  EventPosition position;
  BOOST_TEST(taken(position, answer("old", 7, {event("b", "1", 3)})) == "b3 ");
  BOOST_TEST(taken(position, answer("new", 9, {})) == "again");
  BOOST_TEST(taken(position, answer("new", 9, {event("b", "1", 6), event("b", "1", 3), event("b", "1", 5), event("b", "1", 4)})) ==
             "b6 b5 b4 ");
  BOOST_TEST(taken(position, answer("new", 11, {event("b", "1", 8), event("b", "1", 7)})) == "b8 b7 ");
  BOOST_TEST(taken(position, answer("newest", 2, {})) == "again");
  BOOST_TEST(taken(position, answer("newest", 2, {event("b", "1", 9), event("b", "1", 8), event("b", "1", 7)})) == "b9 ");
}

BOOST_AUTO_TEST_CASE(merlind_is_not_asked_more_often_the_longer_it_is_away) {
  RetryPause pause;
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 6; ++i) pauses.push_back(pause.next().count());
  BOOST_TEST((pauses == std::vector<std::int64_t>{500, 1000, 2000, 4000, 5000, 5000}));
  pause.reset();
  BOOST_TEST(pause.next().count() == 500);
}

BOOST_AUTO_TEST_CASE(follow_survives_a_restart_of_merlind_and_ends_by_a_signal) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const LocalNode local_node;
    std::atomic<int> arrival = 1;
    const auto answers = [&](const ordered_json& request) {
      if (request["command"] == "status") return line_of(ordered_json::object());
      std::vector<ordered_json> events;
      for (int number = request.value("after", 0) + 1; number <= arrival; ++number) events.push_back(event("a", "1", number));
      return line_of(answer("s", arrival, events));
    };
    auto daemon = std::make_unique<FakeDaemon>(local_node.folder.file("sock"), answers);
    Follower follower(local_node);
    BOOST_REQUIRE(eventually([&] { return follower.shows("out", "number 1"); }));
    daemon.reset();
    std::filesystem::remove(local_node.folder.file("sock"));
    BOOST_REQUIRE(eventually([&] { return follower.shows("err", "merlind is not running here; waiting until it answers again"); }));
    arrival = 3;
    daemon = std::make_unique<FakeDaemon>(local_node.folder.file("sock"), answers);
    BOOST_TEST(eventually([&] { return follower.shows("out", "number 3"); }));
    BOOST_TEST(eventually([&] { return follower.shows("err", "merlind answers again"); }));
    BOOST_TEST(follower.end_by(signal) == 0);
    const std::string out = local_node.folder.read("out");
    const std::string err = local_node.folder.read("err");
    BOOST_TEST(std::count(out.begin(), out.end(), '\n') == 3, out);
    BOOST_TEST(std::count(err.begin(), err.end(), '\n') == 2, err);
  }
}

// merlind hangs, or has much to do: Ctrl-C must not wait for its answer.
BOOST_AUTO_TEST_CASE(follow_ends_at_once_while_merlind_does_not_answer) {
  const LocalNode local_node;
  std::atomic<bool> hangs = false;
  std::atomic<bool> ends = false;
  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json& request) {
    while (hangs && !ends) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return line_of(request["command"] == "status" ? ordered_json::object() : answer("s", 1, {event("a", "1", 1)}));
  });
  Follower follower(local_node);
  BOOST_REQUIRE(eventually([&] { return follower.shows("out", "number 1"); }));
  hangs = true;
  const std::size_t asked = daemon.requests().size();
  BOOST_REQUIRE(eventually([&] { return daemon.requests().size() > asked; }));
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(follower.end_by(SIGINT) == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(3)));
  ends = true;
}

// Nothing happens, so nothing is written: the end of the reader must be noticed all the same.
BOOST_AUTO_TEST_CASE(follow_ends_when_nobody_reads_its_output) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json& request) {
    return line_of(request["command"] == "status" ? ordered_json::object() : answer("s", 1, {event("a", "1", 1)}));
  });
  const std::string line = "MERLIN_CONF='" + local_node.folder.file("merlin.conf") +
                           "' timeout 20 sh -c '{ " MON_PROGRAM " events --follow; echo $? >" + local_node.folder.file("status") +
                           "; } | head -n 1'";
  std::FILE* pipe = ::popen(line.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  BOOST_TEST(all_of(pipe).find("number 1") != std::string::npos);
  ::pclose(pipe);
  BOOST_TEST(local_node.folder.read("status") == "0\n");
}
