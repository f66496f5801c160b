// One machine: a daemon (cluster::Node) and a core with its module (Monitor), both of which can be killed, stopped
// and started, a unix socket between them, clocks and a disk.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "shared/cluster/node/node.hpp"
#include "tests/sim/disk.hpp"
#include "tests/sim/monitor.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/random.hpp"

namespace merlin::sim {

// A process: while it is stopped, its work waits until it continues.
class Process {
 public:
  enum class State { dead, running, stopped };

  State state() const { return state_; }
  bool is(State state) const { return state_ == state; }
  bool alive() const { return state_ != State::dead; }
  std::uint64_t life() const { return life_; }

  void begin() {
    state_ = State::running;
    ++life_;
  }
  void end() {
    state_ = State::dead;
    ++life_;
    waiting_.clear();
  }
  void stop() { state_ = State::stopped; }
  // Runs the waiting work, in order.
  void go_on();
  // Runs it now, or when the process continues; never if this life of the process has ended.
  void run(std::uint64_t life, std::function<void()> step);

 private:
  State state_ = State::dead;
  std::uint64_t life_ = 0;
  std::deque<std::function<void()>> waiting_;
};

class Server final : public NetworkUser {
 public:
  Server(const Plan& plan, std::size_t number, Events& events, Network& network, Random& random, Story& story, Records& records);

  void start_daemon();
  void start_core();
  void kill_daemon(bool silently = false);
  void kill_core();
  void stop_daemon();
  void stop_core();
  void go_on_daemon();
  void go_on_core();
  void busy_core(Millis length);
  void reload_core(Millis length);
  void leave_daemon(Millis length);
  void drain(bool drain);
  // Adds the peer to this node's file, or removes it.
  void know(std::size_t peer, bool known);
  void step_clock(Millis by);
  // The machine is suspended: its processes and its steady clock stop.
  void suspend();
  void resume();
  Disk& disk() { return disk_; }
  // The store is found missing or damaged.
  void lose_store();
  // Submits a result to the core, if there is one and it has the object configured.
  void hand_result(std::size_t object);
  // An operator acts at its core, if it runs.
  void act(const ActPlan& plan);
  void freeze(bool frozen);
  // Within milliseconds after its core has requested a notification.
  void at_next_request(std::function<void()> spring) { at_request_ = std::move(spring); }

  bool daemon_alive() const { return daemon_.alive(); }
  bool core_alive() const { return core_process_.alive(); }
  bool daemon_runs() const { return daemon_.is(Process::State::running); }
  bool core_runs() const { return core_process_.is(Process::State::running); }
  CoreLife core_life() const { return {number_, core_process_.life()}; }
  bool core_is_busy() const { return busy_; }
  const cluster::Node& node() const { return *node_; }
  const Monitor& core() const { return *core_; }
  // Log lines of level warning, which would alarm an operator.
  const std::deque<std::string>& alarms() const { return alarms_; }
  const JournalDisk& journal() const { return disk_.journal(); }
  // It announced events that were not on its disk.
  bool said_too_early() const { return said_too_early_; }

  bool listens() const override { return daemon_.alive(); }
  bool greets() const override { return daemon_runs(); }
  void link_up(std::size_t peer) override;
  void link_down(std::size_t peer, bool by_peer) override;
  void arrived(std::size_t from, const Packet& packet) override;
  void unreachable(std::size_t peer) override;

 private:
  Now now() const;
  cluster::Settings settings() const;
  void in_daemon(std::function<cluster::Actions()> step);
  void tell_of_moves(std::size_t from, const cluster::PeerMessage& message);
  void carry_out(const cluster::Actions& actions);
  void write(cluster::Save save);
  void persist(const cluster::Durable& state);
  void note_reached(const cluster::FromCore& message, const CoreLife& by);
  void read(const cluster::ReadEvents& asked);
  void tick_daemon();
  void tick_after(Millis delay);
  void turn_core();
  void save_retention();
  Monitor::Environment environment_of_core();
  void connect_module();
  void module_lost();
  void close_module_link();
  void answer_heartbeat();
  void to_daemon(const Packet& packet);
  void to_core(const Packet& packet);
  void core_ends(bool planned);

  const Plan& plan_;
  std::size_t number_;
  Events& events_;
  Network& network_;
  Random& random_;
  Story& story_;
  Records& records_;
  Millis steady_base_;
  std::optional<Millis> suspended_;  // since this time
  Millis clock_offset_;
  std::set<std::size_t> removed_;  // from our file

  Process daemon_;
  std::unique_ptr<cluster::Node> node_;
  cluster::Durable durable_;
  std::optional<cluster::Durable> unsaved_;  // could not be written
  Disk disk_;
  Millis disk_free_{0};  // writes are sequential
  SteadyTime last_tick_{};
  bool tick_missed_ = false;
  Process core_process_;
  std::unique_ptr<Monitor> core_;
  Retention retention_;
  std::optional<neb::Spool> spool_;  // the file that a core writes at a planned end
  bool busy_ = false;

  // The unix socket: one connection at a time; messages in transit on an old one still arrive before its end.
  std::uint64_t link_ = 0;         // the module's view; 0: none
  std::uint64_t daemon_link_ = 0;  // the daemon's view
  std::uint64_t links_ = 0;
  bool silent_ = false;  // the module considers the daemon lost until its next message
  std::optional<std::uint64_t> heartbeat_to_answer_;
  std::function<void()> at_request_;
  Millis last_to_daemon_{0};
  Millis last_to_core_{0};
  std::deque<std::string> alarms_;
  bool said_too_early_ = false;
};

}  // namespace merlin::sim
