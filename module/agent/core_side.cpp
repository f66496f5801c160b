#include "module/agent/core_side.hpp"

#include <algorithm>
#include <utility>

#include "shared/cluster/interface/mutants.hpp"

namespace merlin::cluster {

void CoreSide::on_welcome(const wire::CoreWelcome& welcome) {
  connected_ = true;
  node_id_ = welcome.node_id;
  clock_.observe(welcome.hlc_floor);
  epoch_ = 0;
}

CoreSide::Change CoreSide::on_epoch(const wire::Epoch& epoch) {
  Change change;
  const bool follows = epoch.whole || (mode_ == Mode::following && epoch.number == epoch_ + 1);
  if (epoch.number <= epoch_ || !follows) return change;
  epoch_ = epoch.number;
  term_ = epoch.term;
  side_ = epoch.side;
  mode_ = Mode::following;
  away_until_.reset();
  if (epoch.whole) {
    change.whole = true;
    change.everything = epoch.everything;
    change.added = epoch.added;
    everything_ = epoch.everything;
    units_ = {epoch.added.begin(), epoch.added.end()};
    return change;
  }
  for (Unit unit : epoch.removed) {
    if (units_.erase(unit) > 0) change.removed.push_back(unit);
  }
  for (Unit unit : epoch.added) {
    if (units_.insert(unit).second) change.added.push_back(unit);
  }
  return change;
}

void CoreSide::on_daemon_away(Millis away, SteadyTime now) { away_until_ = now + std::min(away, Millis{60000}); }

void CoreSide::on_daemon_lost(SteadyTime now) {
  connected_ = false;
  if (mode_ != Mode::following) return;
  mode_ = Mode::grace;
  since_ = now;
}

CoreSide::Change CoreSide::tick(SteadyTime now) {
  if (mode_ == Mode::holding && !connected_ && now - since_ >= settings_.start_hold) return become_isolated();
  // For some time a connected but silent daemon is still better than none.
  if (mode_ == Mode::holding && now - since_ >= settings_.start_hold + settings_.isolation_grace) return become_isolated();
  if (mode_ != Mode::grace) return {};
  const SteadyTime until = std::max(since_ + settings_.isolation_grace, away_until_.value_or(since_));
  return now >= until ? become_isolated() : Change{};
}

CoreSide::Change CoreSide::become_isolated() {
  mode_ = Mode::isolated;
  side_ = 0;
  away_until_.reset();
  everything_ = settings_.run_when_isolated;
  units_.clear();
  Change change;
  change.whole = true;
  change.everything = everything_;
  return change;
}

wire::Version CoreSide::next_version(WallTime wall) {
  if (kMutant == Mutant::stamped_by_clock) return {0, 0, hlc_of(wall), node_id_};
  return {term_, side_, clock_.next(wall), node_id_};
}

}  // namespace merlin::cluster
