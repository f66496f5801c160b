// Real merlind processes on loopback, each with folders of its own, and a module that the test simulates.
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "shared/net/fd.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/temp_folder.hpp"

namespace daemon_test {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

inline bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds limit = 10s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

// A port that was free a moment ago.
inline int free_port() {
  const merlin::net::Fd socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  BOOST_REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
  BOOST_REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  return ntohs(address.sin_port);
}

inline merlin::net::Fd connect_to(const std::string& path) {
  merlin::net::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
  const timeval limit{5, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return socket;
}

// Reads until the other end closes or is silent for 5 s.
inline std::string read_all(int socket) {
  std::string text;
  char bytes[4096];
  ssize_t got = 0;
  while ((got = ::recv(socket, bytes, sizeof bytes, 0)) > 0) text.append(bytes, static_cast<std::size_t>(got));
  return text;
}

inline std::string run(const std::vector<std::string>& words, int& status) {
  std::string command;
  for (const std::string& word : words) command += "'" + word + "' ";
  FILE* pipe = ::popen((command + "2>&1").c_str(), "r");
  std::string output;
  char bytes[4096];
  std::size_t got = 0;
  while ((got = ::fread(bytes, 1, sizeof bytes, pipe)) > 0) output.append(bytes, got);
  const int ended = ::pclose(pipe);
  status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  return output;
}

class Merlind {
 public:
  explicit Merlind(std::string name) : name_(std::move(name)), port_(free_port()) {
    write_conf("");
    fingerprint_ = init();
  }
  Merlind(const Merlind&) = delete;
  ~Merlind() { stop(SIGKILL); }

  std::string file(const std::string& name) const { return folder_.file(name); }
  std::string conf() const { return file("merlin.conf"); }
  const std::string& fingerprint() const { return fingerprint_; }
  int port() const { return port_; }
  pid_t pid() const { return pid_; }

  void set_cluster(const std::string& cluster) { cluster_ = cluster; }
  void write_conf(const std::string& more) const {
    std::ofstream(conf()) << "node_name = " << name_ << "\ncluster = " << cluster_ << "\naddress = 127.0.0.1\nport = " << port_
                          << "\npulse_interval = 200ms\nipc_socket = " << file("merlind.sock") << "\nlog_file = " << file("merlind.log")
                          << "\ndaemon {\n  user = root\n  pidfile = " << file("pid") << "\n  control_socket = " << file("control.sock")
                          << "\n  state_dir = " << folder_.path() << "\n}\n"
                          << more;
  }
  std::string block_for(const Merlind& other) const {
    return "peer " + other.name_ + " {\n  address = 127.0.0.1\n  port = " + std::to_string(other.port_) +
           "\n  fingerprint = " + other.fingerprint_ + "\n}\n";
  }

  void start() {
    pid_ = ::fork();
    if (pid_ == 0) {
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDERR_FILENO);
      ::execl(MERLIND, MERLIND, "--foreground", "--config", conf().c_str(), nullptr);
      ::_exit(127);
    }
    BOOST_REQUIRE(wait_until([&] { return static_cast<bool>(connect_to(file("control.sock"))); }));
  }
  // The exit status; -1: killed, or still running after 5 s and then killed.
  int stop(int signal) {
    if (pid_ <= 0) return -1;
    ::kill(pid_, signal);
    int status = -1;
    if (!wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, 5s)) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status, 0);
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  Json ask(const Json& request) const {
    const merlin::net::Fd socket = connect_to(file("control.sock"));
    if (!socket) return Json::object();
    const std::string line = request.dump() + "\n";
    if (::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) return Json::object();
    const Json answer = Json::parse(read_all(socket.get()), nullptr, false);
    return answer.is_object() ? answer : Json::object();
  }
  Json status() const { return ask({{"command", "status"}}); }
  Json node(const std::string& name) const {
    for (const Json& one : status().value("nodes", Json::array())) {
      if (one["name"] == name) return one;
    }
    return Json::object();
  }
  bool is_linked_with(const Merlind& other) const { return node(other.name_).value("linked", false); }
  std::string state_of(const Merlind& other) const { return node(other.name_).value("state", ""); }
  bool has_problem(const std::string& text, const std::string& fix) const {
    for (const Json& problem : status().value("problems", Json::array())) {
      const bool fits = problem["text"].get<std::string>().find(text) != std::string::npos;
      if (fits && problem["fix"].get<std::string>().find(fix) != std::string::npos) return true;
    }
    return false;
  }
  std::string log() const {
    std::ifstream file_in(file("merlind.log"));
    return {std::istreambuf_iterator<char>(file_in), {}};
  }
  std::size_t count_in_log(const std::string& text) const {
    const std::string all = log();
    std::size_t count = 0;
    for (std::size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++count;
    return count;
  }

 private:
  std::string init() const {
    int status = 0;
    const std::string printed = run({MERLIND, "--config", conf(), "--init"}, status);
    BOOST_REQUIRE(status == 0);
    return printed.substr(0, printed.find('\n'));
  }

  merlin::test::TempFolder folder_;
  std::string name_;
  std::string cluster_ = "test";
  int port_;
  std::string fingerprint_;
  pid_t pid_ = 0;
};

// A core's module as seen by the daemon: it sends a hello and heartbeats, and answers each epoch with its claims.
class FakeModule {
 public:
  FakeModule(const Merlind& daemon, const std::string& cluster, std::uint64_t boot_id) : socket_(connect_to(daemon.file("merlind.sock"))) {
    merlin::wire::CoreHello hello;
    hello.oldest_version = merlin::wire::kOldestProtocolVersion;
    hello.newest_version = merlin::wire::kProtocolVersion;
    hello.boot_id = boot_id;
    hello.program = "nagios4 4.4.6";
    hello.module_version = "0.1.0";
    hello.pid = 1;
    hello.cluster = cluster;
    send(hello);
    reader_.set_max_payload_bytes(merlin::wire::kMaxPayloadBytes);
  }

  template <class Message>
  void send(const Message& message) {
    send_bytes(merlin::wire::to_frame(message).value());
  }
  void send_bytes(const std::string& bytes) { static_cast<void>(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL)); }

  // One host, without services.
  void know_host(const std::string& name, std::uint64_t config_digest = 6) {
    merlin::wire::Inventory inventory;
    inventory.digest = 5;
    inventory.last = true;
    inventory.hosts = {{name, {}}};
    inventory.config_digest = config_digest;
    send(inventory);
    merlin::wire::CoreRows rows;
    rows.kind = merlin::wire::CoreRowsKind::initial_last;
    send(rows);
  }

  // One turn of the core's loop: reads messages, answers epochs, sends heartbeats.
  void turn() {
    while (auto frame = next()) {
      types_.push_back(frame->type);
      if (frame->type == static_cast<std::uint8_t>(merlin::wire::MessageType::epoch)) answer(*frame);
      if (frame->type == static_cast<std::uint8_t>(merlin::wire::MessageType::daemon_heartbeat)) {
        heard_ = merlin::wire::decode<merlin::wire::DaemonHeartbeat>(frame->payload)->heard;
      }
    }
    merlin::wire::CoreHeartbeat heartbeat;
    heartbeat.number = ++heartbeats_;
    send(heartbeat);
  }
  bool got(merlin::wire::MessageType type) const {
    return std::find(types_.begin(), types_.end(), static_cast<std::uint8_t>(type)) != types_.end();
  }
  bool is_closed() const { return closed_; }
  std::uint64_t heartbeats() const { return heartbeats_; }
  // The newest heartbeat that the daemon has answered.
  std::uint64_t heard() const { return heard_; }

 private:
  std::optional<merlin::wire::Frame> next() {
    char bytes[65536];
    ssize_t got_bytes = 0;
    while ((got_bytes = ::recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
      reader_.feed({bytes, static_cast<std::size_t>(got_bytes)});
    }
    if (got_bytes == 0 || errno == ECONNRESET) closed_ = true;
    auto frame = reader_.next();
    BOOST_REQUIRE(frame.ok());
    return *frame;
  }
  void answer(const merlin::wire::Frame& frame) {
    const auto epoch = merlin::wire::decode<merlin::wire::Epoch>(frame.payload);
    BOOST_REQUIRE(epoch.ok());
    merlin::wire::CoreClaims claims;
    claims.epoch = epoch->number;
    claims.whole = epoch->whole;
    claims.added = epoch->added;
    claims.removed = epoch->removed;
    send(claims);
  }

  merlin::net::Fd socket_;
  merlin::wire::FrameReader reader_;
  std::vector<std::uint8_t> types_;
  std::uint64_t heartbeats_ = 0;
  std::uint64_t heard_ = 0;
  bool closed_ = false;
};

}  // namespace daemon_test
