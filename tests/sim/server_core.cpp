// A server's core, and the socket between core and daemon.
#include <utility>

#include "sim/inspector.hpp"
#include "sim/packing.hpp"
#include "sim/server.hpp"

namespace merlin::sim {
namespace {

constexpr Millis kCoreTurn{100};
constexpr Millis kRetentionEvery{30'000};
constexpr Millis kReconnect{500};
constexpr Millis kTrap{60};

}  // namespace

// ---- the core

SimCore::Outside Server::outside_of_core() {
  SimCore::Outside outside;
  outside.now = [this] { return now(); };
  outside.true_time = [this] { return events_.now(); };
  outside.to_daemon = [this](const cluster::FromCore& message) { to_daemon(message); };
  outside.later = [this](Millis delay, std::function<void()> step) {
    events_.after(delay, [this, life = core_process_.life(), run = std::move(step)] { core_process_.run(life, run); });
  };
  outside.silent = [this] { silent_ = true; };
  outside.tell = [this](const std::string& what) { story_.tell(events_.now(), plan_.nodes[number_].name, what); };
  return outside;
}

void Server::start_core() {
  if (core_process_.alive() || suspended_) return;
  core_process_.begin();
  story_.tell(events_.now(), plan_.nodes[number_].name, "core starts");
  core_ = std::make_unique<SimCore>(plan_, core_life(), retention_, records_, outside_of_core());
  const std::uint64_t life = core_process_.life();
  events_.after(random_.between(Millis{1}, kCoreTurn), [this, life] { core_process_.run(life, [this] { turn_core(); }); });
  events_.after(random_.between(Millis{1}, kReconnect), [this, life] { core_process_.run(life, [this] { connect_module(); }); });
  events_.after(kRetentionEvery, [this, life] { core_process_.run(life, [this] { save_retention(); }); });
}

void Server::turn_core() {
  core_->turn();
  events_.after(kCoreTurn, [this, life = core_process_.life()] { core_process_.run(life, [this] { turn_core(); }); });
}

void Server::save_retention() {
  retention_ = core_->save();
  events_.after(kRetentionEvery, [this, life = core_process_.life()] { core_process_.run(life, [this] { save_retention(); }); });
}

void Server::kill_core() {
  if (!core_process_.alive()) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "core is gone");
  core_ends(false);
}

void Server::reload_core(Millis length) {
  if (!core_runs() || busy_) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "core reloads");
  core_ends(true);
  events_.after(length, [this] { start_core(); });
}

void Server::core_ends(bool planned) {
  if (planned) retention_ = core_->leave();
  core_->killed();
  records_.ends.ended(core_life());
  core_process_.end();
  busy_ = false;
  core_.reset();
  close_module_link();
}

void Server::close_module_link() {
  silent_ = false;
  const std::uint64_t link = std::exchange(link_, 0);
  if (link == 0) return;
  events_.at(last_to_daemon_, [this, link, life = daemon_.life()] {
    daemon_.run(life, [this, link] {
      if (daemon_link_ != link) return;
      daemon_link_ = 0;
      carry_out(node_->core_disconnected(now()));
    });
  });
}

void Server::stop_core() {
  if (!core_runs()) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "core stopped");
  core_process_.stop();
}

void Server::go_on_core() {
  if (!core_process_.is(Process::State::stopped) || busy_ || suspended_) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "core goes on");
  core_process_.go_on();
}

void Server::busy_core(Millis length) {
  if (!core_runs() || busy_) return;
  core_->announce_busy(plan_.busy_limit);
  core_process_.stop();
  busy_ = true;
  events_.after(length, [this, life = core_process_.life()] {
    if (core_process_.life() != life || !busy_) return;
    busy_ = false;
    core_->end_busy();
    core_process_.go_on();
  });
}

void Server::step_clock(Millis by) {
  clock_offset_ += by;
  if (core_) core_->clock_stepped(by);
}

void Server::suspend() {
  if (suspended_) return;
  stop_daemon();
  stop_core();
  suspended_ = events_.now();
}

void Server::resume() {
  if (!suspended_) return;
  const SteadyTime before = now().steady;
  suspended_.reset();
  steady_base_ -= now().steady - before;
  go_on_daemon();
  go_on_core();
  start_daemon();
  start_core();
}

void Server::hand_result(std::size_t object) {
  core_process_.run(core_process_.life(), [this, object] {
    if (core_->knows(object)) core_->hand_result(object);
  });
}

void Server::act(const ActPlan& plan) {
  core_process_.run(core_process_.life(), [this, plan] { core_->act(plan); });
}

void Server::freeze(bool frozen) {
  if (core_) core_->freeze(frozen);
}

// Also when its core has ended since it said so.
void Server::note_reached(const cluster::FromCore& message, const CoreLife& by) {
  const auto* rows = std::get_if<wire::CoreRows>(&message);
  if (rows == nullptr) return;
  for (const wire::Register& row : rows->rows) {
    if (row.kind != wire::RegisterKind::check) continue;
    const auto state = wire::decode<wire::CheckRegister>(row.value);
    const auto result = state ? PassiveLog::result_of(state->output) : std::nullopt;
    if (!result) continue;
    const auto standing = cluster::NodeInspector(*node_).compare(row);
    if (standing >= 0) records_.passives.reached(*result, by, standing == 0);
  }
}

// ---- the socket between them

void Server::connect_module() {
  events_.after(kReconnect, [this, life = core_process_.life()] { core_process_.run(life, [this] { connect_module(); }); });
  if (link_ != 0 || !daemon_runs()) return;
  link_ = ++links_;
  last_to_daemon_ = std::max(last_to_daemon_, events_.now() + random_.between(Millis{0}, Millis{3}));
  events_.at(last_to_daemon_, [this, link = link_, life = daemon_.life()] {
    daemon_.run(life, [this, link] {
      if (link_ != link) return;
      daemon_link_ = link;
      wire::CoreHello hello;
      hello.boot_id = core_process_.life();
      hello.program = "simulated core";
      carry_out(node_->core_connected(hello, now()));
    });
  });
}

void Server::module_lost() {
  const std::uint64_t link = link_;
  if (link == 0) return;
  events_.at(std::max(last_to_core_, events_.now()), [this, link, life = core_process_.life()] {
    core_process_.run(life, [this, link] {
      if (link_ != link) return;
      link_ = 0;
      silent_ = false;
      core_->lost();
    });
  });
}

void Server::to_daemon(const cluster::FromCore& message) {
  if (link_ == 0 || silent_) return;
  if (at_request_ && std::holds_alternative<wire::NotifyRequest>(message)) {
    events_.after(random_.between(Millis{0}, kTrap), std::exchange(at_request_, nullptr));
  }
  last_to_daemon_ = std::max(last_to_daemon_, events_.now() + random_.between(Millis{0}, Millis{3}));
  events_.at(last_to_daemon_, [this, packet = pack(message), link = link_, life = daemon_.life(), by = core_life()] {
    daemon_.run(life, [this, packet, link, by] {
      if (daemon_link_ != link) return;
      story_.note(events_.now(), packet.payload);
      const auto said = unpack<cluster::FromCore>(packet);
      if (const auto* beat = std::get_if<wire::CoreBeat>(&said)) beat_to_answer_ = beat->number;
      carry_out(node_->receive_core(said, now()));
      note_reached(said, by);
    });
  });
}

void Server::to_core(const cluster::ToCore& message) {
  in_core([this, packet = pack(message)] {
    story_.note(events_.now(), packet.payload);
    const auto told = unpack<cluster::ToCore>(packet);
    if (const auto* welcome = std::get_if<wire::CoreWelcome>(&told)) return core_->welcome(*welcome);
    core_->receive(told);
  });
}

// Once all that followed from it was said.
void Server::answer_beat() {
  const auto beat = std::exchange(beat_to_answer_, std::nullopt);
  if (beat) in_core([this, number = *beat] { core_->answered(number); });
}

// When it has come to the module, if that still listens.
void Server::in_core(std::function<void()> step) {
  if (daemon_link_ == 0 || daemon_link_ != link_) return;
  last_to_core_ = std::max(last_to_core_, events_.now() + random_.between(Millis{0}, Millis{20}));
  events_.at(last_to_core_, [this, run = std::move(step), link = link_, life = core_process_.life()] {
    core_process_.run(life, [this, run, link] {
      if (link_ != link) return;
      if (silent_) return close_module_link();  // and begins anew
      core_->heard();
      run();
    });
  });
}

}  // namespace merlin::sim
