#include "tests/sim/server.hpp"

#include <utility>

#include "tests/sim/journal_judge.hpp"
#include "tests/sim/packing.hpp"

namespace merlin::sim {
namespace {

constexpr Millis kDaemonTick{50};
constexpr Millis kFastestWrite{1};
constexpr Millis kSlowestWrite{40};
constexpr Millis kStrainedWrite{6'000};
constexpr std::int64_t kWallStart = 1'700'000'000'000;
constexpr Millis kAnnouncedAway{15'000};

}  // namespace

void Process::go_on() {
  if (state_ != State::stopped) return;
  state_ = State::running;
  for (auto& step : std::exchange(waiting_, {})) step();
}

void Process::run(std::uint64_t life, std::function<void()> step) {
  if (life != life_ || state_ == State::dead) return;
  if (state_ == State::stopped) {
    waiting_.push_back(std::move(step));
  } else {
    step();
  }
}

Server::Server(const Plan& plan, std::size_t number, Events& events, Network& network, Random& random, Story& story, Records& records)
    : plan_(plan),
      number_(number),
      events_(events),
      network_(network),
      random_(random),
      story_(story),
      records_(records),
      steady_base_(random.between(1'000'000, 900'000'000)),
      clock_offset_(plan.nodes[number].clock_offset) {}

Now Server::now() const {
  const auto as_counted = [&](Millis time) { return time + time * plan_.nodes[number_].clock_drift_ppm / 1'000'000; };
  const Millis steady = as_counted(suspended_.value_or(events_.now())) + steady_base_;
  return {SteadyTime{steady}, WallTime{Millis{kWallStart} + as_counted(events_.now()) + clock_offset_}};
}

cluster::Settings Server::settings() const {
  const NodePlan& self = plan_.nodes[number_];
  cluster::Settings settings;
  settings.self = self.id;
  settings.name = self.name;
  settings.cluster = "sim";
  settings.pulse_interval = self.pulse_interval;
  settings.core_timeout = self.core_timeout;
  settings.busy_limit = plan_.busy_limit;
  settings.join_timeout = plan_.join_timeout;
  settings.retention = plan_.retention;
  settings.takeover_rate = plan_.takeover_rate;
  settings.weight = self.weight;
  settings.notifies = self.notifies;
  settings.partition = plan_.majority ? cluster::Partition::majority : cluster::Partition::every_side;
  if (plan_.nodes.size() == 2) settings.tie = plan_.nodes.front().name;
  for (std::size_t peer = 0; peer < plan_.nodes.size(); ++peer) {
    if (peer != number_ && !removed_.contains(peer))
      settings.peers.push_back({plan_.nodes[peer].id, plan_.nodes[peer].name, self.said_weights[peer], plan_.nodes[peer].notifies});
  }
  return settings;
}

// ---- the daemon

void Server::start_daemon() {
  if (daemon_.alive() || suspended_) return;
  daemon_.begin();
  story_.tell(events_.now(), plan_.nodes[number_].name, "daemon starts");
  node_ = std::make_unique<cluster::Node>(settings(), durable_, random_.nonzero(), random_.nonzero(), now());
  last_tick_ = now().steady;
  cluster::Stored stored = disk_.read();
  const Millis age{now().wall.time_since_epoch().count() - stored.saved_ms};
  if (stored.saved_ms != 0 && age > plan_.retention) records_.acts.was_behind(events_.now());
  node_->restore(std::move(stored), now());
  carry_out(node_->start(now()));
  network_.start(number_);
  tick_missed_ = false;
  tick_after(random_.between(Millis{1}, kDaemonTick));
}

void Server::tick_daemon() {
  const Now moment = now();
  const Millis late_by = moment.steady - last_tick_ - kDaemonTick;
  last_tick_ = moment.steady;
  if (unsaved_) persist(*unsaved_);
  carry_out(node_->tick(moment, std::max(late_by, Millis{0})));
  answer_heartbeat();
  // A loop is never exactly on time.
  tick_after(kDaemonTick + random_.between(Millis{0}, Millis{5}));
}

void Server::tick_after(Millis delay) {
  events_.after(delay, [this, life = daemon_.life()] {
    if (daemon_.life() != life) return;
    tick_missed_ = daemon_.is(Process::State::stopped);
    if (!tick_missed_) tick_daemon();
  });
}

void Server::in_daemon(std::function<cluster::Actions()> step) {
  daemon_.run(daemon_.life(), [this, run = std::move(step)] { carry_out(run()); });
}

void Server::carry_out(const cluster::Actions& actions) {
  for (const cluster::Action& action : actions) {
    if (const auto* message = std::get_if<cluster::SendToPeer>(&action)) {
      const auto* marks = std::get_if<wire::EventMarks>(&message->message);
      if (marks != nullptr && !has_all(disk_.journal(), *marks)) said_too_early_ = true;
      for (std::size_t peer = 0; peer < plan_.nodes.size(); ++peer) {
        if (plan_.nodes[peer].id == message->to) network_.send(number_, peer, pack(message->message, message->priority));
      }
    } else if (const auto* told = std::get_if<cluster::SendToCore>(&action)) {
      to_core(pack(told->message));
    } else if (const auto* now_written = std::get_if<cluster::Persist>(&action)) {
      persist(now_written->state);
    } else if (const auto* save = std::get_if<cluster::Save>(&action)) {
      write(*save);
    } else if (const auto* read = std::get_if<cluster::ReadEvents>(&action)) {
      this->read(*read);
    } else if (const auto* line = std::get_if<cluster::Log>(&action)) {
      story_.tell(events_.now(), plan_.nodes[number_].name, line->line);
      if (line->level >= LogLevel::warning) alarms_.push_back(line->line);
    }
  }
}

void Server::write(cluster::Save save) {
  disk_free_ = std::max(disk_free_, events_.now()) + random_.between(kFastestWrite, disk_.is_slow() ? kStrainedWrite : kSlowestWrite);
  events_.at(disk_free_, [this, life = daemon_.life(), save = std::move(save)] {
    if (life != daemon_.life()) return;
    const bool ok = disk_.write(save, now(), events_.now());
    in_daemon([this, ok, ticket = save.ticket] { return node_->saved(ticket, ok, now()); });
  });
}

// A failing disk delays nothing: the write is repeated.
void Server::persist(const cluster::Durable& state) {
  unsaved_ = state;
  if (disk_.is_full()) return;
  durable_ = state;
  unsaved_.reset();
}

// A stopped daemon would answer from data that it does not know to be lost.
void Server::lose_store() {
  if (!daemon_runs()) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "loses its store");
  disk_.lose();
  in_daemon([this] { return node_->store_lost(now()); });
}

// After the writes that it was asked for before.
void Server::read(const cluster::ReadEvents& asked) {
  const Millis when = std::max(disk_free_, events_.now()) + kFastestWrite;
  events_.at(when, [this, life = daemon_.life(), asked] {
    if (life != daemon_.life()) return;
    in_daemon([this, answer = disk_.journal().read(asked)] { return node_->events_read(answer, now()); });
  });
}

void Server::kill_daemon(bool silently) {
  if (!daemon_.alive()) return;
  daemon_.end();
  story_.tell(events_.now(), plan_.nodes[number_].name, "daemon is gone");
  disk_.daemon_ended();
  node_.reset();
  unsaved_.reset();
  daemon_link_ = 0;
  heartbeat_to_answer_.reset();
  network_.stop(number_, silently);
  module_lost();
}

void Server::stop_daemon() {
  if (!daemon_runs()) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "daemon stopped");
  daemon_.stop();
}

void Server::go_on_daemon() {
  if (!daemon_.is(Process::State::stopped) || suspended_) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "daemon goes on");
  // First it processes everything that has arrived, then it ticks.
  daemon_.go_on();
  if (std::exchange(tick_missed_, false)) tick_daemon();
}

void Server::leave_daemon(Millis length) {
  if (!daemon_runs()) return;
  story_.tell(events_.now(), plan_.nodes[number_].name, "daemon restarts as planned");
  carry_out(node_->leave(kAnnouncedAway));
  kill_daemon();
  events_.after(length, [this] { start_daemon(); });
}

void Server::drain(bool drain) {
  in_daemon([this, drain] { return drain ? node_->drain(now()) : node_->undrain(now()); });
}

void Server::know(std::size_t peer, bool known) {
  if (known ? removed_.erase(peer) == 0 : !removed_.insert(peer).second) return;
  network_.trust(number_, peer, known);
  in_daemon([this] { return node_->set_settings(settings(), now()); });
}

void Server::link_up(std::size_t peer) {
  in_daemon([this, peer] { return node_->link_up(plan_.nodes[peer].id, now()); });
}

void Server::link_down(std::size_t peer, bool by_peer) {
  in_daemon([this, peer, by_peer] { return node_->link_down(plan_.nodes[peer].id, by_peer, now()); });
}

// Traces the messages that move hosts.
void Server::tell_of_moves(std::size_t from, const cluster::PeerMessage& message) {
  if (!story_.is_told()) return;
  const std::string sender = " from " + plan_.nodes[from].name;
  const auto tell = [&](const std::string& what) { story_.tell(events_.now(), plan_.nodes[number_].name, what + sender); };
  if (const auto* want = std::get_if<wire::Want>(&message)) tell("want of " + std::to_string(want->units.size()));
  if (const auto* yield = std::get_if<wire::Yield>(&message)) {
    tell("yield of " + std::to_string(yield->units.size()) + ", " + std::to_string(yield->in_flight.size()) + " in flight");
  }
  if (const auto* claims = std::get_if<wire::Claims>(&message)) {
    tell(std::string(claims->whole ? "whole claims" : "claims") + " +" + std::to_string(claims->added.size()) + " -" +
         std::to_string(claims->removed.size()));
  }
}

void Server::arrived(std::size_t from, const Packet& packet) {
  in_daemon([this, from, packet] {
    auto message = unpack<cluster::PeerMessage>(packet);
    tell_of_moves(from, message);
    return node_->receive(plan_.nodes[from].id, std::move(message), now());
  });
}

void Server::unreachable(std::size_t peer) {
  in_daemon([this, peer] { return node_->unreachable(plan_.nodes[peer].id, now()); });
}

}  // namespace merlin::sim
