// The whole module on a fake core, with its daemon played over a real unix socket.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "module/module.hpp"
#include "module_fake_core.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {

class PlayedDaemon {
 public:
  PlayedDaemon() : path_("/tmp/merlin-talk." + std::to_string(::getpid()) + ".sock") {
    ::unlink(path_.c_str());
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path_.copy(name.sun_path, sizeof name.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    BOOST_REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    BOOST_REQUIRE(::listen(listener_, 8) == 0);
  }
  ~PlayedDaemon() {
    hang_up();
    ::close(listener_);
    ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }

  bool accept() {
    hang_up();
    link_ = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    reader_ = wire::FrameReader(wire::kMaxPayloadBytes);
    return link_ >= 0;
  }
  void hang_up() {
    if (link_ >= 0) ::close(link_);
    link_ = -1;
  }
  void write(std::string_view bytes) {
    BOOST_REQUIRE(::send(link_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  template <class Message>
  void say(const Message& message) {
    write(wire::to_frame(message));
  }
  // Frames that have come so far; `ended` once the module has closed.
  void read() {
    char bytes[65536];
    for (ssize_t count = 1; count > 0;) {
      count = ::recv(link_, bytes, sizeof bytes, 0);
      if (count == 0) ended = true;
      if (count > 0) reader_.feed({bytes, static_cast<std::size_t>(count)});
    }
    for (auto frame = reader_.next(); frame && *frame; frame = reader_.next()) take(std::move(**frame));
  }

  std::deque<wire::Frame> frames;
  bool ended = false;
  bool silent = false;  // reads, and answers no beat

 private:
  void take(wire::Frame frame) {
    if (frame.type == static_cast<std::uint8_t>(wire::CoreBeat::type_id) && !silent) {
      const std::string answer = wire::to_frame(wire::DaemonBeat{wire::decode<wire::CoreBeat>(frame.payload)->number});
      static_cast<void>(::send(link_, answer.data(), answer.size(), MSG_NOSIGNAL));
    }
    frames.push_back(std::move(frame));
  }

  std::string path_;
  int listener_ = -1;
  int link_ = -1;
  wire::FrameReader reader_;
};

struct Talk {
  Talk() {
    fill_small(core);
    for (FakeObject& object : core.objects) object.schedule.has_been_checked = true;
    config.module.daemon.unix_path = daemon.path();
    module = std::make_unique<Module>(core, config, nullptr, 42);
  }

  // Some ticks of the loop, 50 ms apart.
  void run(int ticks = 4) {
    for (int i = 0; i < ticks; ++i) {
      core.pass(Millis{50});
      ::usleep(52000);  // the timer is real
      turns();
      daemon.read();
      turns();
    }
  }
  void turns() {
    for (int turn = 0; turn < 50 && core.turn(); ++turn) {
    }
  }
  void connect() {
    for (int i = 0; i < 60 && !daemon.accept(); ++i) run(1);
    turns();
    daemon.frames.clear();
    daemon.ended = false;
    wire::CoreWelcome welcome;
    welcome.node_id.bytes[0] = 1;
    welcome.node_name = "here";
    welcome.daemon_instance = 1;
    welcome.hlc_floor = ahead;
    daemon.say(welcome);
    run(1);
    daemon.read();
  }
  void follow(std::vector<std::uint64_t> units, std::vector<wire::InFlight> in_flight = {}) {
    wire::Epoch epoch;
    epoch.number = ++epochs;
    epoch.term = 3;
    epoch.side = 2;
    epoch.whole = true;
    epoch.added = std::move(units);
    epoch.in_flight = std::move(in_flight);
    daemon.say(epoch);
    run(1);
    daemon.read();
  }
  template <class Message>
  std::vector<Message> said() {
    std::vector<Message> all;
    for (const wire::Frame& frame : daemon.frames) {
      if (frame.type != static_cast<std::uint8_t>(Message::type_id)) continue;
      auto message = wire::decode<Message>(frame.payload);
      BOOST_REQUIRE(message.ok());
      all.push_back(*std::move(message));
    }
    return all;
  }
  bool logged(const std::string& part) const {
    return std::any_of(core.lines.begin(), core.lines.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; });
  }

  FakeCore core;
  config::Config config;
  PlayedDaemon daemon;
  std::unique_ptr<Module> module;
  std::uint64_t epochs = 0;
  std::uint64_t ahead = 0;  // the clock that the daemon starts this module at
};

constexpr Index web = 0, db_host = 1, http = 3, sql = 4, disk = 5;

}  // namespace merlin::neb
