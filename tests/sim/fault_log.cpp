#include "tests/sim/fault_log.hpp"

#include <algorithm>
#include <set>

namespace merlin::sim {
namespace {

// A stopped core notifies nothing and asks when it continues; a wrong clock causes no additional notifications.
bool excuses(const FaultEvent& event) {
  return !is_planned(event.fault) && event.fault != Fault::stop_core && event.fault != Fault::clock_step;
}

bool ends_daemon(Fault fault) { return fault == Fault::kill_daemon || fault == Fault::kill_both || fault == Fault::power; }

// During the fault its daemon neither sends nor receives.
bool keeps_away(Fault fault) {
  return is_of_links(fault) || ends_daemon(fault) || fault == Fault::stop_daemon || fault == Fault::suspend ||
         fault == Fault::restart_daemon;
}

}  // namespace

void FaultLog::began(const FaultEvent& event, Millis now) { thrown_.push_back({event, now, std::nullopt}); }

void FaultLog::ended(const FaultEvent& event, Millis now) {
  for (Thrown& thrown : thrown_) {
    const bool same = thrown.event.at == event.at && thrown.event.node == event.node && thrown.event.fault == event.fault;
    if (same && !thrown.until) thrown.until = now;
  }
}

void FaultLog::healed(Millis now) {
  for (Thrown& thrown : thrown_) thrown.until = std::min(thrown.until.value_or(now), now);
}

Millis FaultLog::end_of(const Thrown& thrown) const { return thrown.until.value_or(Millis::max() - recovers_in_) + recovers_in_; }

bool FaultLog::is_at_work(const Thrown& thrown, Millis at) const { return at >= thrown.from - kExchange && at <= end_of(thrown); }

bool FaultLog::is_disturbed(std::size_t node, Millis at) const {
  return std::any_of(thrown_.begin(), thrown_.end(),
                     [&](const Thrown& thrown) { return excuses(thrown.event) && touches(thrown.event, node) && is_at_work(thrown, at); });
}

bool FaultLog::was_any_at_work(Millis from, Millis until) const {
  return std::any_of(thrown_.begin(), thrown_.end(),
                     [&](const Thrown& thrown) { return excuses(thrown.event) && thrown.from <= until && end_of(thrown) >= from; });
}

bool FaultLog::was_anything_at_work(Millis from, Millis until) const {
  return std::any_of(thrown_.begin(), thrown_.end(),
                     [&](const Thrown& thrown) { return thrown.from <= until && thrown.until.value_or(Millis::max()) >= from; });
}

bool FaultLog::were_daemons_away(Millis from, Millis until) const {
  std::set<std::size_t> nodes;
  for (const Thrown& thrown : thrown_) {
    const bool restarts = thrown.event.fault == Fault::restart_daemon && thrown.from - kExchange <= until && end_of(thrown) >= from;
    if (restarts) nodes.insert(thrown.event.node);
  }
  return nodes.size() > 1;
}

// A further fault at that node, or at the other one, may begin before the nodes are reunited.
Millis FaultLog::end_of_chain(const Thrown& first, std::size_t other) const {
  Millis end = end_of(first);
  for (bool longer = true; longer;) {
    longer = false;
    for (const Thrown& next : thrown_) {
      const bool there = touches(next.event, first.event.node) || touches(next.event, other);
      const bool follows = keeps_away(next.event.fault) && there && next.from <= end && end_of(next) > end;
      if (follows) end = end_of(next);
      longer = longer || follows;
    }
  }
  return end;
}

bool FaultLog::is_excused(const Deed& first, const Deed& second) const {
  if (had_bad_disk(second.node, first.at, second.at)) return true;
  return std::any_of(thrown_.begin(), thrown_.end(), [&](const Thrown& thrown) {
    // A daemon that was away as planned may be cut off when it returns.
    const bool kept_away = thrown.event.fault == Fault::restart_daemon && end_of_chain(thrown, second.node) > end_of(thrown);
    if (!excuses(thrown.event) && !kept_away) return false;
    if (!touches(thrown.event, first.node) && !touches(thrown.event, second.node)) return false;
    // Data that was withheld by links arrives when they are back.
    const bool comes_back = kept_away || is_of_links(thrown.event.fault);
    return is_at_work(thrown, first.at) && (!comes_back || second.at <= end_of_chain(thrown, second.node));
  });
}

bool FaultLog::lost_its_disk(std::size_t node, Millis since) const {
  return std::any_of(thrown_.begin(), thrown_.end(), [&](const Thrown& thrown) {
    return is_of_disk_loss(thrown.event.fault) && thrown.event.node == node && thrown.from >= since;
  });
}

bool FaultLog::died(std::size_t node, Millis from, Millis until) const {
  return std::any_of(thrown_.begin(), thrown_.end(), [&](const Thrown& thrown) {
    return ends_daemon(thrown.event.fault) && thrown.event.node == node && thrown.from >= from && thrown.from <= until;
  });
}

bool FaultLog::had_bad_disk(std::size_t node, Millis from, Millis until) const {
  return std::any_of(thrown_.begin(), thrown_.end(), [&](const Thrown& thrown) {
    const bool is_disk = is_of_disk(thrown.event.fault) || is_of_disk_loss(thrown.event.fault);
    return is_disk && thrown.event.node == node && thrown.from <= until && end_of(thrown) >= from;
  });
}

}  // namespace merlin::sim
