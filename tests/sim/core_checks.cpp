// What a core does with checks and results.
#include <algorithm>

#include "base/hash.hpp"
#include "sim/core.hpp"

namespace merlin::sim {
namespace {

constexpr std::size_t kResultsAMessage = 64;
constexpr Millis kResultAllowance{5000};
constexpr Millis kTurn{100};
constexpr std::size_t kMostTakers = 16;

}  // namespace

// ---- checks

// What was overdue when it was taken up goes oldest first, at four times the average rate, or as fast as its daemon says.
void SimCore::start_due_checks() {
  const std::int64_t wall = wall_ms();
  const SteadyTime steady = outside_.now().steady;
  const double measured = 4.0 * static_cast<double>(objects_.size()) / static_cast<double>(plan_.check_interval.count());
  const double rate = takeover_rate_ > 0 ? takeover_rate_ / 1000 : measured;
  tokens_ = std::min(tokens_ + rate * static_cast<double>(kTurn.count()), 3.0);
  std::vector<std::size_t> overdue;
  for (std::size_t at = 0; at < objects_.size(); ++at) {
    const Object& object = objects_[at];
    if (plan_.objects[object.plan].passive || !owns(object.plan) || object.running || object.due_ms > wall) continue;
    if (object.held_until && *object.held_until > steady) continue;
    if (object.takeover) {
      overdue.push_back(at);
    } else {
      start_check(at);
    }
  }
  std::sort(overdue.begin(), overdue.end(),
            [&](std::size_t one, std::size_t other) { return objects_[one].due_ms < objects_[other].due_ms; });
  for (std::size_t at : overdue) {
    if (tokens_ < 1) break;
    tokens_ -= 1;
    start_check(at);
  }
}

void SimCore::start_check(std::size_t at) {
  Object& object = objects_[at];
  object.running = records_.checks.started(object.plan, life_.node, outside_.true_time());
  object.started = outside_.now().steady;
  object.takeover = false;
  object.held_until.reset();
  ++checks_run_;
  outside_.tell("checks " + name_of(object) + ", " + CheckLog::output_of(*object.running));
  const std::uint64_t drawn = hash64(CheckLog::output_of(*object.running), plan_.seed);
  const Millis takes{1 + static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(plan_.check_time.count()))};
  outside_.later(takes, [this, at] { finish_check(at); });
}

void SimCore::finish_check(std::size_t at) {
  Object& object = objects_[at];
  const std::size_t run = *object.running;
  object.running.reset();
  records_.checks.finished(run, outside_.true_time());
  wire::CheckResult result;
  result.object = plan_.objects[object.plan].key;
  result.start_ms = wall_ms() - (outside_.now().steady - object.started).count();
  result.finish_ms = wall_ms();
  result.return_code = plan_.is_down(object.plan, records_.checks.runs()[run].started) ? 2 : 0;
  result.output = CheckLog::output_of(run);
  process(object, result);
}

void SimCore::hand_on(const wire::CheckResult& result) {
  forwards_.push(result);
  forwarded_.push_back(result.passive ? PassiveLog::result_of(result.output) : std::nullopt);
}

void SimCore::process(Object& object, const wire::CheckResult& result, const std::optional<wire::ForwardedAck>& taken) {
  object.held_until.reset();
  if (!owns(object.plan)) {
    outside_.tell("hands on the result of " + name_of(object) + ", " + result.output);
    // Should it be ours again before the owner has taken it, it comes back to us.
    object.held_until = outside_.now().steady + kResultAllowance;
    object.held_by = {};
    hand_on(result);
    object.handed_on = forwards_.last_number();
    return send_results();
  }
  if (taken) {
    mark_taken(object, {taken->taker, taken->taker_instance, taken->number});
  } else if (result.passive) {
    keep_passive(object, result);
  }
  const bool was_down = object.state.current_state != 0;
  const std::uint64_t start = object.state.last_hard_ok_hlc;
  const bool again = result.return_code != 0 && was_down;
  object.state.current_attempt = again ? std::min(plan_.attempts, object.state.current_attempt + 1) : 1;
  object.state.state_type = result.return_code == 0 || object.state.current_attempt >= plan_.attempts ? 1 : 0;
  object.state.last_state = object.state.current_state;
  object.state.current_state = result.return_code;
  object.state.has_been_checked = true;
  object.state.should_be_scheduled = true;
  object.state.output = result.output;
  if (object.state.next_notification) *object.state.next_notification += object.base_ms - wall_ms();
  object.base_ms = wall_ms();
  object.due_ms = result.start_ms + plan_.check_interval.count();
  object.state.last_check = result.start_ms - object.base_ms;
  object.state.next_check = object.due_ms - object.base_ms;
  object.version = side_.next_version(outside_.now().wall);
  outside_.tell("has the result of " + name_of(object) + ", " + result.output);
  note_processed(result);
  if (result.return_code == 0) object.state.last_hard_ok_hlc = object.version.hlc;
  if (was_down != (result.return_code != 0)) object.state.last_change_hlc = object.version.hlc;
  core_notifies(object, was_down, start);
  if (linked_) outside_.to_daemon(wire::CoreRows{{row_of(object)}, side_.epoch(), wire::CoreRowsKind::write, 0});
  send_results();
}

// As Module::is_outdated.
bool SimCore::is_outdated(const Object& object, const wire::CheckResult& result) const {
  const std::int64_t last_check_s = (object.base_ms + object.state.last_check.value_or(-object.base_ms)) / 1000;
  return !result.passive && last_check_s <= wall_ms() / 1000 && result.finish_ms / 1000 < last_check_s;
}

void SimCore::note_processed(const wire::CheckResult& result) {
  const Millis now = outside_.true_time();
  if (const auto passive = PassiveLog::result_of(result.output)) return records_.passives.processed(*passive, life_, now);
  records_.checks.processed(CheckLog::run_of(result.output), now);
}

void SimCore::hand_result(std::size_t at) {
  wire::CheckResult result;
  result.object = plan_.objects[at].key;
  result.passive = true;
  result.start_ms = result.finish_ms = wall_ms();
  result.output = PassiveLog::output_of(records_.passives.handed(at, life_, outside_.true_time()));
  outside_.tell("is handed " + result.output + " of " + name_of(objects_[index_.at(at)]));
  process(objects_[index_.at(at)], result);
}

// The greatest number of each start of a taker's core.
void SimCore::mark_taken(Object& object, const wire::TakenMark& mark) {
  wire::TakenMark newest = mark;
  std::erase_if(object.state.taken, [&](const wire::TakenMark& known) {
    if (known.taker != mark.taker || known.taker_instance != mark.taker_instance) return false;
    newest.number = std::max(newest.number, known.number);
    return true;
  });
  object.state.taken.push_back(newest);
  if (object.state.taken.size() > kMostTakers) object.state.taken.erase(object.state.taken.begin());
}

void SimCore::note_safe(const std::vector<std::uint64_t>& numbers) {
  forwards_.safe(numbers);
  for (const std::uint64_t number : numbers) {
    if (number > forwarded_.size()) continue;
    if (const auto passive = forwarded_[number - 1]) records_.passives.safe(*passive);
  }
}

void SimCore::send_results() {
  while (linked_ && forwards_.has_unsaid()) {
    wire::CoreResults message = forwards_.take(kResultsAMessage, wall_ms());
    message.epoch = side_.epoch();
    outside_.to_daemon(message);
  }
}

}  // namespace merlin::sim
