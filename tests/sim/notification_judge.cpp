#include "sim/notification_judge.hpp"

#include <algorithm>

namespace merlin::sim {
namespace {

constexpr Millis kExchange{1500};

std::string seconds(Millis time) { return std::to_string(static_cast<double>(time.count()) / 1000.0).substr(0, 7) + " s"; }

// A stopped core tells nothing and goes on by asking; nobody tells more for a wrong clock.
bool excuses(const FaultEvent& event) {
  return !is_planned(event.fault) && event.fault != Fault::stop_core && event.fault != Fault::clock_step;
}

// What it took away is there again when it is over.
bool is_of_links(const FaultEvent& event) {
  return event.fault == Fault::cut || event.fault == Fault::one_way || event.fault == Fault::isolate || event.fault == Fault::delay;
}

bool touches(const FaultEvent& event, std::size_t node) {
  const bool pair = event.fault == Fault::cut || event.fault == Fault::one_way;
  return event.node == node || (pair && event.other == node);
}

}  // namespace

void NotificationJudge::began(const FaultEvent& event, Millis now) {
  if (excuses(event)) thrown_.push_back({event, now, std::nullopt});
}

void NotificationJudge::ended(const FaultEvent& event, Millis now) {
  for (Thrown& thrown : thrown_) {
    const bool same = thrown.event.at == event.at && thrown.event.node == event.node && thrown.event.fault == event.fault;
    if (same && !thrown.until) thrown.until = now;
  }
}

void NotificationJudge::healed(Millis now) {
  for (Thrown& thrown : thrown_) thrown.until = std::min(thrown.until.value_or(now), now);
}

void NotificationJudge::judge(Millis now, Millis quiet_since, const Fail& fail) const {
  for (std::size_t object = 0; object < plan_.objects.size(); ++object) judge_object(object, now, quiet_since, fail);
}

void NotificationJudge::judge_object(std::size_t object, Millis now, Millis quiet_since, const Fail& fail) const {
  std::vector<Telling> tellings;
  std::copy_if(log_.tellings().begin(), log_.tellings().end(), std::back_inserter(tellings),
               [&](const Telling& telling) { return telling.object == object; });
  judge_repeats(tellings, fail);
  judge_order(tellings, fail);
  judge_end(object, tellings, now, quiet_since, fail);
}

std::string NotificationJudge::describe(const Telling& telling) const {
  const ObjectPlan& object = plan_.objects[telling.object];
  return (telling.recovery ? "recovery of " : "problem " + std::to_string(telling.number) + " of ") + object.host +
         (object.service.empty() ? "" : "/" + object.service) + " by " + plan_.nodes[telling.node].name + " at " + seconds(telling.at);
}

// Whether some owner has taken in such a result meanwhile.
bool NotificationJudge::was_found(std::size_t object, bool well, Millis from, Millis until) const {
  return std::any_of(checks_.runs().begin(), checks_.runs().end(), [&](const CheckRun& run) {
    if (run.object != object || run.processed == 0 || run.processed_at < from || run.processed_at > until) return false;
    return plan_.is_down(object, run.started) != well;
  });
}

bool NotificationJudge::clocks_agree() const {
  const bool steps =
      std::any_of(plan_.faults.begin(), plan_.faults.end(), [](const FaultEvent& event) { return event.fault == Fault::clock_step; });
  return !steps && std::all_of(plan_.nodes.begin(), plan_.nodes.end(),
                               [](const NodePlan& node) { return std::chrono::abs(node.clock_offset) <= Millis{1000}; });
}

// Of one problem, whatever its start is counted from: nobody has found it well in between.
bool NotificationJudge::is_same(const Telling& first, const Telling& second) const {
  if (first.recovery != second.recovery || first.number != second.number) return false;
  if (first.start == second.start) return true;
  // Two sides that were apart put their starts in order by their clocks.
  return clocks_agree() && !was_found(first.object, !first.recovery, first.at, second.at);
}

bool NotificationJudge::is_excused(const Telling& first, const Telling& second) const {
  if (second.alone) return true;
  return std::any_of(thrown_.begin(), thrown_.end(), [&](const Thrown& thrown) {
    if (!touches(thrown.event, first.node) && !touches(thrown.event, second.node)) return false;
    const Millis until = thrown.until.value_or(Millis::max() - recovers_in_) + recovers_in_;
    if (first.at < thrown.from - kExchange || first.at > until) return false;
    return !is_of_links(thrown.event) || second.at <= until;
  });
}

void NotificationJudge::judge_repeats(const std::vector<Telling>& tellings, const Fail& fail) const {
  for (auto second = tellings.begin(); second != tellings.end(); ++second) {
    for (auto first = tellings.begin(); first != second; ++first) {
      if (is_same(*first, *second) && !is_excused(*first, *second))
        fail("I6: told twice: " + describe(*first) + ", and " + describe(*second));
    }
  }
}

void NotificationJudge::judge_order(const std::vector<Telling>& tellings, const Fail& fail) const {
  for (auto telling = tellings.begin(); telling != tellings.end(); ++telling) {
    const bool follows = std::any_of(tellings.begin(), telling, [&](const Telling& earlier) {
      return !earlier.recovery && earlier.number == (telling->recovery ? telling->number : telling->number - 1);
    });
    if (!follows && (telling->recovery || telling->number > 1)) fail("I6: nothing was told before: " + describe(*telling));
  }
}

bool NotificationJudge::is_disturbed(std::size_t node, Millis at) const {
  return std::any_of(thrown_.begin(), thrown_.end(), [&](const Thrown& thrown) {
    const Millis until = thrown.until.value_or(Millis::max() - recovers_in_) + recovers_in_;
    return touches(thrown.event, node) && at >= thrown.from - kExchange && at <= until;
  });
}

// Never zero: who is in trouble for long was told of, and who is well again after a telling too.
void NotificationJudge::judge_end(std::size_t object, const std::vector<Telling>& tellings, Millis now, Millis quiet_since,
                                  const Fail& fail) const {
  const Millis patience = (plan_.attempts + 1) * plan_.check_interval + plan_.check_time + recovers_in_ + Millis{10'000};
  const bool known = std::any_of(plan_.nodes.begin(), plan_.nodes.end(), [&](const NodePlan& node) {
    return std::find(node.knows.begin(), node.knows.end(), object) != node.knows.end();
  });
  if (!known || now - quiet_since < patience) return;
  const bool down = plan_.is_down(object, now);
  const Millis since = plan_.last_turn(object, now);
  if (now - since < patience) return;
  const std::string what = plan_.objects[object].host + (plan_.objects[object].service.empty() ? "" : "/" + plan_.objects[object].service);
  if (down) {
    // Unless nobody saw that it was well in between: then it is the problem of before.
    const Millis before = plan_.last_turn(object, since - Millis{1});
    const bool was_told =
        std::any_of(tellings.begin(), tellings.end(), [&](const Telling& one) { return !one.recovery && one.at >= since; });
    if (!was_told && (before == Millis{0} || was_found(object, true, before, since))) {
      fail("I6: " + what + " is down since " + seconds(since) + ", and nobody was told");
    }
    return;
  }
  if (tellings.empty() || tellings.back().recovery) return;
  const Telling& last = tellings.back();
  if (!is_disturbed(last.node, last.at))
    fail("I6: " + what + " is well since " + seconds(since) + ", and that was not told after the " + describe(last));
}

}  // namespace merlin::sim
