// The module's agent on a fake core in virtual time, with a simulated daemon.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "module/agent/agent.hpp"
#include "module/shell/shell.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/module_fake_core.hpp"

namespace merlin::neb {

// The daemon at the other end of the agent's link, and the link itself.
class PlayedDaemon final : public Driver {
 public:
  // ---- the agent's side
  void send(const wire::Frame& message) override {
    if (!linked_) return;
    unread_.push_back(message);
    unread_bytes_ += wire::kFrameHeaderBytes + message.payload.size();
  }
  std::size_t unsent_bytes() const override { return unread_bytes_; }
  void trust_daemon() override {}
  void wake() override { woken = true; }

  // ---- the daemon's side
  template <class Message>
  void say(const Message& message) {
    say_frame({wire::kProtocolVersion, static_cast<std::uint8_t>(Message::type_id), wire::encode(message)});
  }
  void say_frame(wire::Frame frame) { to_agent_.push_back(std::move(frame)); }
  // Moves the messages so far to `frames`; sets `ended` once the agent has closed the link.
  void read() {
    for (wire::Frame& frame : unread_) {
      if (frame.type == static_cast<std::uint8_t>(wire::CoreHeartbeat::type_id) && !silent)
        say(wire::DaemonHeartbeat{wire::decode<wire::CoreHeartbeat>(frame.payload)->number});
      frames.push_back(std::move(frame));
    }
    unread_.clear();
    unread_bytes_ = 0;
  }
  void hang_up() { hung_up_ = true; }

  std::deque<wire::Frame> frames;
  bool ended = false;
  bool silent = false;  // reads, but answers no heartbeat
  bool woken = false;

 private:
  friend struct Talk;

  bool linked_ = false;
  bool hung_up_ = false;
  std::deque<wire::Frame> unread_;
  std::size_t unread_bytes_ = 0;
  std::deque<wire::Frame> to_agent_;
};

struct Talk {
  Talk() {
    fill_small(core);
    for (FakeObject& object : core.objects) object.schedule.has_been_checked = true;
    begin();
  }
  // A new start of the core.
  void begin(std::uint64_t boot_id = 42) {
    end_link();
    module = std::make_unique<Agent>(core, daemon, config, boot_id);
  }

  // Some ticks of the loop, 50 ms apart.
  void run(int ticks = 4) {
    for (int i = 0; i < ticks; ++i) {
      core.pass(Pulse::kTick);
      silence_ += Pulse::kTick;
      module->tick(core.now());
      notice_lost();
      turns();
      daemon.read();
      turns();
    }
  }
  // Everything that can be done without time passing.
  void turns() {
    notice_lost();
    for (int turn = 0; turn < 1000; ++turn) {
      daemon.woken = false;
      bool more = module->work(core.now(), 1);
      if (!daemon.to_agent_.empty() && module->receives() && daemon.linked_) {
        const wire::Frame frame = std::move(daemon.to_agent_.front());
        daemon.to_agent_.pop_front();
        silence_ = Millis{0};
        if (!module->receive(frame, core.now())) end_link();
        more = true;
      }
      if (!more) return;
    }
  }
  // The agent finds its daemon. False: the link already exists.
  bool accept() {
    if (daemon.linked_) return false;
    end_link();
    daemon.linked_ = true;
    daemon.ended = false;
    silence_ = Millis{0};
    send(daemon, module->hello());
    return true;
  }
  void connect() {
    notice_lost();
    if (daemon.linked_) end_link(), module->lost("", core.now());
    BOOST_REQUIRE(accept());
    turns();
    daemon.read();
    daemon.frames.clear();
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
  std::unique_ptr<Agent> module;
  std::uint64_t epochs = 0;
  std::uint64_t ahead = 0;  // the clock with which the daemon starts this module

 private:
  // As the shell handles a silent daemon, and a link that has ended.
  void notice_lost() {
    if (!daemon.linked_) return;
    const bool silent = silence_ > Shell::kMissedHeartbeats * config.pulse_interval;
    if (!silent && !daemon.hung_up_) return;
    end_link();
    module->lost(silent ? "the daemon has been silent" : "the daemon closed the connection", core.now());
  }
  void end_link() {
    daemon.linked_ = daemon.hung_up_ = false;
    daemon.ended = true;
    daemon.to_agent_.clear();
    daemon.unread_.clear();
    daemon.unread_bytes_ = 0;
  }

  Millis silence_{0};
};

constexpr Index kWeb = 0, kDbHost = 1, kHttp = 3, kSql = 4, kDisk = 5;

}  // namespace merlin::neb
