// A server's core, and the socket between core and daemon.
#include <utility>

#include "tests/sim/inspector.hpp"
#include "tests/sim/packing.hpp"
#include "tests/sim/server.hpp"

namespace merlin::sim {
namespace {

constexpr Millis kCoreTurn{100};
constexpr Millis kRetentionEvery{30'000};
constexpr Millis kReconnect{500};
constexpr Millis kTrap{60};

}  // namespace

// ---- the core

Monitor::Environment Server::environment_of_core() {
  Monitor::Environment environment;
  environment.core.now = [this] { return now(); };
  environment.core.true_time = [this] { return events_.now(); };
  environment.core.later = [this](Millis delay, std::function<void()> step) {
    events_.after(delay, [this, life = core_process_.life(), run = std::move(step)] { core_process_.run(life, run); });
  };
  environment.core.tell = [this](const std::string& what) { story_.tell(events_.now(), plan_.nodes[number_].name, what); };
  environment.to_daemon = [this](const Packet& packet) { to_daemon(packet); };
  environment.silent = [this] { silent_ = true; };
  environment.close = [this] { close_module_link(); };
  return environment;
}

void Server::start_core() {
  if (core_process_.alive() || suspended_) return;
  core_process_.begin();
  story_.tell(events_.now(), plan_.nodes[number_].name, "core starts");
  core_ = std::make_unique<Monitor>(plan_, core_life(), retention_, std::exchange(spool_, std::nullopt), records_, environment_of_core());
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
  if (planned) {
    spool_ = core_->leave();
    retention_ = core_->save();
  }
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
  core_->save_begins();
  core_process_.stop();
  busy_ = true;
  events_.after(length, [this, life = core_process_.life()] {
    if (core_process_.life() != life || !busy_) return;
    busy_ = false;
    core_->save_ends();
    core_process_.go_on();
  });
}

void Server::step_clock(Millis by) { clock_offset_ += by; }

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

// Also if its core has ended since it sent the message.
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
      core_->connected();
      carry_out(node_->core_connected(core_->hello(), now()));
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

void Server::to_daemon(const Packet& packet) {
  if (link_ == 0 || silent_) return;
  if (at_request_ && packet.type == static_cast<std::uint8_t>(wire::NotifyRequest::type_id)) {
    events_.after(random_.between(Millis{0}, kTrap), std::exchange(at_request_, nullptr));
  }
  last_to_daemon_ = std::max(last_to_daemon_, events_.now() + random_.between(Millis{0}, Millis{3}));
  events_.at(last_to_daemon_, [this, packet, link = link_, life = daemon_.life(), by = core_life()] {
    daemon_.run(life, [this, packet, link, by] {
      if (daemon_link_ != link) return;
      story_.note(events_.now(), packet.payload);
      const auto said = unpack<cluster::FromCore>(packet);
      if (const auto* heartbeat = std::get_if<wire::CoreHeartbeat>(&said)) heartbeat_to_answer_ = heartbeat->number;
      carry_out(node_->receive_core(said, now()));
      note_reached(said, by);
    });
  });
}

// After all its consequences have been sent.
void Server::answer_heartbeat() {
  const auto heartbeat = std::exchange(heartbeat_to_answer_, std::nullopt);
  if (heartbeat) to_core(packed(wire::DaemonHeartbeat{*heartbeat}));
}

// When it has arrived at the module, if that still listens.
void Server::to_core(const Packet& packet) {
  if (daemon_link_ == 0 || daemon_link_ != link_) return;
  last_to_core_ = std::max(last_to_core_, events_.now() + random_.between(Millis{0}, Millis{20}));
  events_.at(last_to_core_, [this, packet, link = link_, life = core_process_.life()] {
    core_process_.run(life, [this, packet, link] {
      if (link_ != link) return;
      if (silent_) return close_module_link();  // and connects again
      story_.note(events_.now(), packet.payload);
      core_->receive(packet);
    });
  });
}

}  // namespace merlin::sim
