#include "tests/sim/world.hpp"

#include <algorithm>
#include <utility>

#include "tests/sim/inspector.hpp"

namespace merlin::sim {
namespace {

constexpr Millis kSampleEvery{100};
constexpr Millis kBetweenFiles{2'000};
constexpr Millis kAgreeAfter{30'000};  // I7
constexpr Millis kBetweenPlanned{6'000};
constexpr Millis kLongestHold{300'000};
constexpr Millis kSettleStep{5'000};
constexpr Millis kNewsArrives{1'000};
constexpr Millis kLongestNews{5'000};
constexpr Millis kQuiet{8'000};  // checks are paused for so long before tables are compared

}  // namespace

World::World(const Plan& plan, Story::Sink sink)
    : plan_(plan),
      random_(plan.seed ^ 0x5EED),
      records_(plan.objects.size()),
      network_(plan, events_, random_, story_, users_),
      links_(plan, events_, network_),
      judge_(plan, servers_, records_) {
  story_.tell_to(std::move(sink));
  for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
    servers_.push_back(std::make_unique<Server>(plan, node, events_, network_, random_, story_, records_));
    users_.push_back(servers_.back().get());
  }
}

Outcome World::run() {
  for (std::size_t node = 0; node < plan_.nodes.size(); ++node) {
    events_.at(plan_.nodes[node].starts_at, [this, node] { servers_[node]->start_daemon(); });
    events_.at(plan_.nodes[node].starts_at + random_.between(Millis{0}, Millis{2000}), [this, node] { servers_[node]->start_core(); });
  }
  for (const FaultEvent& event : plan_.faults) schedule(event);
  for (const PassivePlan& passive : plan_.passives) {
    events_.at(passive.at, [this, passive] { servers_[passive.node]->hand_result(passive.object); });
  }
  for (const ActPlan& act : plan_.acts) {
    events_.at(act.at, [this, act] { servers_[act.node]->act(act); });
  }
  events_.after(Millis{10'000}, [this] { sample(); });
  events_.at(plan_.heal_at, [this] { heal(); });
  const Millis agreed = plan_.heal_at + kAgreeAfter + plan_.check_interval;
  events_.at(agreed - kQuiet, [this] {
    for (const auto& server : servers_) server->freeze(true);
  });
  events_.at(agreed - kNewsArrives, [this] { changes_seen_ = changes(); });
  events_.at(agreed, [this, agreed] { agree(agreed); });
  events_.run(plan_.end_at, [this] { return is_over(); });
  // A node that was lost often stays joining for some minutes.
  while (!judge_.failed() && !judge_.is_settled(events_.now()) && events_.now() < plan_.end_at + kLongestHold) {
    events_.run(events_.now() + kSettleStep, [this] { return is_over(); });
  }
  if (!judge_.failed()) judge_.check_settled(events_.now());
  if (!judge_.failed()) judge_.check_history(events_.now());
  return {judge_.verdict(), story_.hash(), records_.checks.runs().size(), network_.traffic().most_heartbeats(),
          network_.traffic().most_messages()};
}

std::uint64_t World::changes() const {
  std::uint64_t changes = 0;
  for (const auto& server : servers_) {
    if (server->daemon_runs()) changes += cluster::NodeInspector(server->node()).table().head();
  }
  return changes;
}

// News of the last second (a downtime that ends, a notification that its filters refuse) is on its way, and no breach of I7.
void World::agree(Millis agreed) {
  const std::uint64_t changes_now = changes();
  if (std::exchange(changes_seen_, changes_now) != changes_now && events_.now() < agreed + kLongestNews)
    return events_.after(kNewsArrives, [this, agreed] { agree(agreed); });
  judge_.check_links(network_, events_.now());
  judge_.check_agreement(events_.now());
  judge_.stood_still(agreed - kQuiet, events_.now());
  for (const auto& server : servers_) server->freeze(false);
}

bool World::is_over() {
  judge_.check_traffic(network_.traffic(), events_.now());
  return judge_.failed();
}

void World::sample() {
  judge_.sample(events_.now());
  events_.after(kSampleEvery, [this] { sample(); });
}

void World::schedule(const FaultEvent& event) {
  events_.at(event.at,
             [this, event] { event.at_request ? servers_[event.node]->at_next_request([this, event] { begin(event); }) : begin(event); });
}

// As in planned work: one thing after the other, one daemon at a time, and not a core together with its daemon.
bool World::is_sensible(const FaultEvent& event) const {
  if (plan_.unplanned || is_of_disk(event.fault)) return true;
  if (events_.now() - judge_.last_disturbance() < kBetweenPlanned) return false;
  // States that a core makes while its daemon is away exist only in its retention file, which has no version (R3).
  if (event.fault != Fault::restart_daemon && event.fault != Fault::reload) return true;
  if (!servers_[event.node]->core_runs()) return false;
  return std::all_of(servers_.begin(), servers_.end(), [](const auto& server) {
    return server->daemon_runs() && cluster::NodeInspector(server->node()).phase() != wire::NodePhase::joining;
  });
}

void World::begin(const FaultEvent& event) {
  if (healed_ || !is_sensible(event)) return;
  Server& server = *servers_[event.node];
  if (!is_of_disk(event.fault)) judge_.disturbed(events_.now(), !is_planned(event.fault));
  judge_.faults().began(event, events_.now());
  story_.tell(events_.now(), "fault", std::string(name_of(event.fault)) + " " + plan_.nodes[event.node].name);
  switch (event.fault) {
    case Fault::kill_core:
      server.kill_core();
      break;
    case Fault::kill_daemon:
      server.kill_daemon();
      break;
    case Fault::kill_both:
    case Fault::power:
      server.kill_daemon(event.fault == Fault::power);
      server.kill_core();
      break;
    case Fault::stop_core:
      server.stop_core();
      break;
    case Fault::stop_daemon:
      server.stop_daemon();
      break;
    case Fault::clock_step:
      server.step_clock(event.amount);
      return judge_.ended(events_.now(), true);
    case Fault::busy:
      return server.busy_core(event.length);
    case Fault::reload:
      return server.reload_core(event.length);
    case Fault::restart_daemon:
      events_.after(event.length, [this, event] { judge_.faults().ended(event, events_.now()); });
      return server.leave_daemon(event.length);
    case Fault::drain:
      server.drain(true);
      break;
    case Fault::remove:
      remove(event.node, true);
      break;
    case Fault::suspend:
      server.suspend();
      break;
    case Fault::disk_full:
    case Fault::disk_slow:
      server.disk().strain(event.fault == Fault::disk_full, event.fault == Fault::disk_slow);
      break;
    case Fault::disk_lost:
      return server.lose_store();
    case Fault::old_store:
    case Fault::no_store:
      server.kill_daemon();
      server.disk().put_back(event.fault == Fault::old_store ? event.at - event.amount * 3'000 : Millis{0});
      break;
    default:
      links_.begin(event);
      break;
  }
  events_.after(event.length, [this, event] { end(event); });
}

void World::end(const FaultEvent& event) {
  if (healed_) return;
  Server& server = *servers_[event.node];
  if (!is_of_disk(event.fault)) judge_.ended(events_.now(), !is_planned(event.fault));
  judge_.faults().ended(event, events_.now());
  story_.tell(events_.now(), "heal", std::string(name_of(event.fault)) + " " + plan_.nodes[event.node].name);
  switch (event.fault) {
    case Fault::stop_core:
      return server.go_on_core();
    case Fault::stop_daemon:
      return server.go_on_daemon();
    case Fault::drain:
      return server.drain(false);
    case Fault::remove:
      return remove(event.node, false);
    case Fault::kill_core:
      return server.start_core();
    case Fault::kill_daemon:
    case Fault::old_store:
    case Fault::no_store:
      return server.start_daemon();
    case Fault::kill_both:
    case Fault::power:
      server.start_daemon();
      return server.start_core();
    case Fault::suspend:
      return server.resume();
    case Fault::disk_full:
    case Fault::disk_slow:
      return server.disk().strain(false, false);
    default:
      return links_.end(event);
  }
}

// As an operator does it, one file after the other.
void World::remove(std::size_t node, bool removed) {
  Millis later{0};
  for (std::size_t other = 0; other < servers_.size(); ++other) {
    if (other == node) continue;
    events_.after(later, [this, other, node, removed] {
      story_.tell(events_.now(), plan_.nodes[other].name,
                  "its file " + std::string(removed ? "loses " : "gains ") + plan_.nodes[node].name);
      servers_[other]->know(node, !removed);
    });
    later += kBetweenFiles;
  }
}

void World::heal() {
  healed_ = true;
  judge_.all_ended(events_.now());
  judge_.faults().healed(events_.now());
  links_.healed();
  story_.tell(events_.now(), "heal", "everything");
  network_.heal_all();
  for (const auto& server : servers_) {
    server->resume();
    server->disk().strain(false, false);
    server->go_on_daemon();
    server->go_on_core();
    server->start_daemon();
    server->start_core();
  }
}

}  // namespace merlin::sim
