// The module's shell around its agent: a real unix socket, a simulated core's loop, and a clock that is set by hand.
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "module/shell/shell.hpp"
#include "module/shell/spool.hpp"
#include "tests/unit/module_fake_core.hpp"
#include "tests/unit/temp_folder.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

class PlayedLoop final : public Loop {
 public:
  bool watch(int fd, Watcher& watcher) override {
    if (const std::size_t first = order_++; first == 1) timer_ = &watcher;  // the wake-up is the first one
    return watched.try_emplace(fd, &watcher, POLLIN).second;
  }
  bool watch_writable(int fd, Watcher& watcher) override { return watched.try_emplace(fd, &watcher, POLLOUT).second; }
  void unwatch(int fd) override { watched.erase(fd); }
  void close_in_children(int fd, bool close) override { close ? closes.push_back(fd) : static_cast<void>(std::erase(closes, fd)); }
  std::string state_folder() const override { return folder; }

  // Everything that is ready now, except for the real timer.
  bool turn() {
    std::vector<pollfd> ready;
    for (const auto& [fd, entry] : watched) {
      if (entry.first != timer_) ready.push_back({fd, entry.second, 0});
    }
    if (::poll(ready.data(), ready.size(), 0) <= 0) return false;
    for (const pollfd& entry : ready) {
      const auto found = watched.find(entry.fd);
      if (entry.revents != 0 && found != watched.end()) found->second.first->on_ready(entry.fd);
    }
    return true;
  }
  void tick() { timer_->on_ready(-1); }

  std::map<int, std::pair<Watcher*, short>> watched;
  std::vector<int> closes;
  std::string folder;

 private:
  std::size_t order_ = 0;
  Watcher* timer_ = nullptr;
};

struct Play {
  Play() {
    fill_small(core);
    config.module.daemon.unix_path = folder.file("socket");
    config.pulse_interval = Millis{100};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    config.module.daemon.unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
    listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    BOOST_REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(listener, 8) == 0);
    loop.folder = folder.path();
    shell = std::make_unique<Shell>(core, loop, config, nullptr, 42);
  }
  ~Play() {
    shell.reset();
    hang_up();
    ::close(listener);
  }

  void run(int ticks = 1) {
    for (int i = 0; i < ticks; ++i) {
      core.pass(Pulse::kTick);
      loop.tick();
      turns();
    }
  }
  void turns() {
    for (int turn = 0; turn < 50 && loop.turn(); ++turn) {
    }
  }
  bool accept() {
    hang_up();
    link = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    return link >= 0;
  }
  void hang_up() {
    if (link >= 0) ::close(link);
    link = -1;
  }
  void write(const std::string& bytes) { BOOST_REQUIRE(::send(link, bytes.data(), bytes.size(), MSG_NOSIGNAL) == ssize_t(bytes.size())); }
  // Received bytes; sets `ended` once the shell has closed.
  std::string read() {
    std::string all;
    char bytes[65536];
    for (ssize_t count = 1; count > 0;) {
      count = ::recv(link, bytes, sizeof bytes, 0);
      if (count == 0 || (count < 0 && errno == ECONNRESET)) ended = true;
      if (count > 0) all.append(bytes, static_cast<std::size_t>(count));
    }
    return all;
  }
  void connect() {
    for (int i = 0; i < 60 && !accept(); ++i) run();
    BOOST_REQUIRE(link >= 0);
    ended = false;
    wire::CoreWelcome welcome;
    welcome.node_id.bytes[0] = 1;
    write(wire::to_frame(welcome).value());
    wire::Epoch epoch;
    epoch.number = 1;
    epoch.whole = true;
    epoch.added = {host_key("web")};
    write(wire::to_frame(epoch).value());
    run();
  }
  bool acts() { return !shell->agent().veto_event_handler(3); }
  bool logged(const std::string& part) const {
    return std::any_of(core.lines.begin(), core.lines.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; });
  }

  FakeCore core;
  PlayedLoop loop;
  config::Config config;
  test::TempFolder folder;
  int listener = -1;
  int link = -1;
  bool ended = false;
  std::unique_ptr<Shell> shell;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(it_finds_its_daemon_and_says_hello, Play) {
  for (int i = 0; i < 60 && !accept(); ++i) run();
  wire::FrameReader reader;
  reader.feed(read());
  const auto frame = reader.next();
  BOOST_REQUIRE(frame.ok());
  BOOST_REQUIRE(frame->has_value());
  const auto hello = wire::decode<wire::CoreHello>((*frame)->payload);
  BOOST_REQUIRE(hello.ok());
  BOOST_TEST(hello->boot_id == 42u);
  BOOST_TEST(hello->pid == static_cast<std::uint32_t>(::getpid()));
}

// A stopped process accepts new connections too: the module does not retry repeatedly, and its first byte leads to a new link.
BOOST_FIXTURE_TEST_CASE(a_silent_daemon_is_lost_and_heard_on_a_new_link, Play) {
  connect();
  run(5);
  BOOST_TEST(acts());
  run(2);
  BOOST_TEST(!acts());
  BOOST_TEST(logged("the daemon has been silent for 300 ms"));
  run(60);
  const int silent = std::exchange(link, -1);
  BOOST_TEST(!accept());
  link = silent;
  wire::Epoch late;
  late.number = 2;
  late.added = {host_key("db")};
  write(wire::to_frame(late).value());
  run();
  BOOST_TEST(shell->agent().veto_check(4), "what was said on the old link is not heard");
  read();
  BOOST_TEST(ended);
  connect();
  BOOST_TEST(acts());
}

BOOST_FIXTURE_TEST_CASE(what_is_no_frame_ends_the_link, Play) {
  for (const std::string& bytes : {std::string("GET / HTTP/1.1\r\n\r\n"), wire::to_frame(wire::Epoch{}).value(),
                                   std::string("\x4d\x4c\x01\x29\x00\x00\x00\x00\xff\xff\xff\xff", 12)}) {
    core.pass(Millis{2000});
    for (int i = 0; i < 60 && !accept(); ++i) run();
    BOOST_REQUIRE(link >= 0);
    ended = false;
    write(bytes);
    run();
    read();
    BOOST_TEST(ended);
  }
  BOOST_TEST(logged("is not Merlin's protocol"));
}

BOOST_FIXTURE_TEST_CASE(at_its_end_it_says_so_and_leaves_nothing_open, Play) {
  connect();
  read();
  RawResult result;
  result.output = "for another";
  shell->agent().check_done(4, false, result);
  shell->loop_ends(true);
  shell.reset();
  const std::string last = read();
  BOOST_TEST(ended);
  BOOST_TEST(last.ends_with(wire::to_frame(wire::CoreAway{true, {}, 0}).value()));
  BOOST_TEST(loop.watched.empty());
  BOOST_TEST(loop.closes.empty());
  BOOST_TEST(std::filesystem::exists(folder.file("merlin.spool")));
  shell = std::make_unique<Shell>(core, loop, config, nullptr, 43);
  BOOST_TEST(!std::filesystem::exists(folder.file("merlin.spool")));
  BOOST_TEST(shell->agent().hello().boot_id == 42u, "its results go on being numbered");
}
