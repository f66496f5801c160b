#include "tests/sim/notification_judge.hpp"

#include <algorithm>

#include "tests/sim/story.hpp"

namespace merlin::sim {
void NotificationJudge::judge(Millis now, Millis quiet_since, const Fail& fail) const {
  // A node whose store is gone does not know which events it had already, and reports them again.
  const bool stores_kept = std::none_of(plan_.faults.begin(), plan_.faults.end(), [](const FaultEvent& event) {
    return event.fault == Fault::no_store || event.fault == Fault::old_store || event.fault == Fault::disk_lost;
  });
  for (const LoggedElsewhere& logged : log_.logged()) {
    if (logged.again && stores_kept) fail("I1: " + plan_.nodes[logged.node].name + " has logged it again: " + logged.line);
  }
  for (std::size_t object = 0; object < plan_.objects.size(); ++object) judge_object(object, now, quiet_since, fail);
}

void NotificationJudge::judge_object(std::size_t object, Millis now, Millis quiet_since, const Fail& fail) const {
  std::vector<Telling> tellings;
  std::copy_if(log_.tellings().begin(), log_.tellings().end(), std::back_inserter(tellings),
               [&](const Telling& telling) { return telling.object == object; });
  for (const Telling& telling : tellings) {
    if (!plan_.nodes[telling.node].notifies) fail("R9: a node without a vote has told: " + describe(telling));
  }
  judge_repeats(tellings, fail);
  judge_order(tellings, fail);
  // The plan does not determine the state of objects that are never checked.
  if (!plan_.objects[object].passive) judge_end(object, tellings, now, quiet_since, fail);
}

std::string NotificationJudge::describe(const Telling& telling) const {
  const ObjectPlan& object = plan_.objects[telling.object];
  return (telling.recovery ? "recovery of " : "problem " + std::to_string(telling.number) + " of ") + object.host +
         (object.service.empty() ? "" : "/" + object.service) + " by " + plan_.nodes[telling.node].name + " at " + seconds(telling.at);
}

// Whether some owner has processed such a result meanwhile.
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

// Both belong to the same problem, even if they count from different starts: no owner has found the object well in between.
bool NotificationJudge::is_same(const Telling& first, const Telling& second) const {
  if (first.recovery != second.recovery || first.number != second.number) return false;
  if (first.start == second.start) return true;
  if (plan_.objects[first.object].passive) return false;
  // Nodes that were separated order their starts by their clocks.
  return clocks_agree() && !was_found(first.object, !first.recovery, first.at, second.at);
}

// Separated nodes detect the problem independently and count it from different starts; the state of either may win later.
bool NotificationJudge::is_excused(const Telling& first, const Telling& second) const {
  if (faults_.were_daemons_away(first.at, second.at)) return true;
  if (first.start != second.start && faults_.was_any_at_work(first.at, second.at)) return true;
  // The others learn what an isolated core has sent only when it has joined.
  const bool unheard = first.alone && second.at - first.at <= faults_.recovers_in();
  return second.alone || unheard || faults_.is_excused({first.node, first.at}, {second.node, second.at});
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

// At least one notification: of a long problem, and of the recovery after a notified problem.
void NotificationJudge::judge_end(std::size_t object, const std::vector<Telling>& tellings, Millis now, Millis quiet_since,
                                  const Fail& fail) const {
  const Millis patience = (plan_.attempts + 1) * plan_.check_interval + plan_.check_time + faults_.recovers_in() + Millis{10'000};
  const bool known = std::any_of(plan_.nodes.begin(), plan_.nodes.end(), [&](const NodePlan& node) {
    return node.notifies && std::find(node.knows.begin(), node.knows.end(), object) != node.knows.end();
  });
  if (!known || now - quiet_since < patience) return;
  const bool down = plan_.is_down(object, now);
  const Millis since = plan_.last_turn(object, now);
  if (now - since < patience) return;
  const std::string what = plan_.objects[object].host + (plan_.objects[object].service.empty() ? "" : "/" + plan_.objects[object].service);
  if (down) {
    // Unless no node saw the recovery in between: then it is still the previous problem.
    const Millis before = plan_.last_turn(object, since - Millis{1});
    const bool was_told =
        std::any_of(tellings.begin(), tellings.end(), [&](const Telling& one) { return !one.recovery && one.at >= since; });
    const bool silenced = std::any_of(log_.filtered().begin(), log_.filtered().end(),
                                      [&](const Filtered& one) { return one.problem && one.object == object && one.at >= since; });
    if (!was_told && !silenced && (before == Millis{0} || was_found(object, true, before, since))) {
      fail("I6: " + what + " is down since " + seconds(since) + ", and nobody was told");
    }
    return;
  }
  if (tellings.empty() || tellings.back().recovery) return;
  const Telling& last = tellings.back();
  const bool filtered = std::any_of(log_.filtered().begin(), log_.filtered().end(),
                                    [&](const Filtered& one) { return !one.problem && one.object == object && one.at > last.at; });
  if (filtered) return;
  // If no other node is there, only its disk knows what it has notified; with a slow disk and a death right afterwards, not even that.
  const bool forgotten = faults_.had_bad_disk(last.node, last.at, last.at) && faults_.died(last.node, last.at, last.at + Millis{5'000});
  if (!faults_.is_disturbed(last.node, last.at) && !forgotten)
    fail("I6: " + what + " is well since " + seconds(since) + ", and that was not told after the " + describe(last));
}

}  // namespace merlin::sim
