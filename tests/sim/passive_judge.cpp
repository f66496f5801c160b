#include "tests/sim/passive_judge.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "tests/sim/story.hpp"

namespace merlin::sim {
void PassiveJudge::judge(const Fail& fail) const {
  for (std::size_t result = 0; result < log_.results().size(); ++result) {
    judge_loss(result, fail);
    judge_repeats(result, fail);
  }
  judge_order(fail);
}

std::string PassiveJudge::describe(std::size_t number) const {
  const PassiveResult& result = log_.results()[number];
  return "result " + std::to_string(number) + " of " + plan_.objects[result.object].host + "/" + plan_.objects[result.object].service +
         ", taken by " + plan_.nodes[result.taker.node].name + " at " + seconds(result.handed);
}

std::vector<Processing> PassiveJudge::lasting(const PassiveResult& result) const {
  std::vector<Processing> found;
  std::copy_if(result.processings.begin(), result.processings.end(), std::back_inserter(found), [&](const Processing& processing) {
    return processing.reached || !(processing.unconfirmed || ends_.has_ended(processing.by));
  });
  return found;
}

void PassiveJudge::judge_loss(std::size_t number, const Fail& fail) const {
  const PassiveResult& result = log_.results()[number];
  if (!lasting(result).empty() || result.superseded) return;
  if (!result.safe && ends_.has_ended(result.taker)) return;
  if (faults_.lost_its_disk(result.taker.node, result.handed)) return;
  fail("I1: the " + describe(number) + (result.safe ? " and safe" : "") + ", was lost");
}

// Only the results contained in a state that has entered the tables count: if a core is stopped while it processes a result, and
// loses ownership, its state does not.
void PassiveJudge::judge_repeats(std::size_t number, const Fail& fail) const {
  const PassiveResult& result = log_.results()[number];
  const Processing* before = nullptr;
  for (const Processing& after : result.processings) {
    if (!after.entered) continue;
    const Processing* first = std::exchange(before, &after);
    const bool doubted = first != nullptr && result.doubter == first->by && !(after.by == first->by);
    if (first == nullptr || doubted || is_excused(result, *first, after)) continue;
    fail("I3: the " + describe(number) + ", was processed by " + plan_.nodes[first->by.node].name + " at " + seconds(first->at) +
         " and by " + plan_.nodes[after.by.node].name + " at " + seconds(after.at));
  }
}

// Also excused if the receiving node did not learn that the result was applied, or forgot it.
bool PassiveJudge::is_excused(const PassiveResult& result, const Processing& first, const Processing& second) const {
  return faults_.is_excused({first.by.node, first.at}, {second.by.node, second.at}) || faults_.is_disturbed(result.taker.node, first.at) ||
         faults_.had_bad_disk(result.taker.node, result.handed, second.at);
}

// By the time at which each was first processed. A core that becomes the owner processes new results at once, before those that
// it had forwarded: nothing can prevent that.
void PassiveJudge::judge_order(const Fail& fail) const {
  std::map<std::tuple<std::size_t, std::size_t, std::uint64_t>, std::size_t> newest;  // by object and receiving core
  for (std::size_t number = 0; number < log_.results().size(); ++number) {
    const PassiveResult& result = log_.results()[number];
    const std::vector<Processing> made = lasting(result);
    if (made.empty() || made.front().at == result.handed) continue;
    const auto [last, first_one] = newest.try_emplace({result.object, result.taker.node, result.taker.life}, number);
    if (first_one) continue;
    const Millis before = lasting(log_.results()[last->second]).front().at;
    if (made.front().at < before)
      fail("I2: the " + describe(number) + ", was processed at " + seconds(made.front().at) + ", before the " + describe(last->second) +
           ", at " + seconds(before));
    last->second = number;
  }
}

}  // namespace merlin::sim
