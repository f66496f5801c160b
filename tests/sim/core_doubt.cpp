// A module that may be alone without knowing it (R8): a daemon that says nothing, a core that stood still, and what it takes
// in meanwhile.
#include <algorithm>
#include <utility>

#include "sim/core.hpp"

namespace merlin::sim {
namespace {

using Mode = cluster::CoreSide::Mode;

constexpr int kSilentIntervals = 3;
constexpr Millis kLongestTurn{100};

}  // namespace

bool SimCore::in_doubt() const {
  const bool follows = side_.mode() == Mode::following || side_.mode() == Mode::grace;
  return follows && stall_.doubtful(outside_.now().steady);
}

bool SimCore::unsure() const { return side_.mode() == Mode::grace || in_doubt(); }

void SimCore::notice_stall(SteadyTime now) {
  if (side_.mode() == Mode::isolated) stall_.give_up();
  if (!stall_.turn(now, beats_ + 1)) return;
  next_beat_ = {};
  if (!in_doubt()) return stall_.give_up();
  outside_.tell("stood still, and waits for the daemon's word");
}

void SimCore::notice_silence(SteadyTime now) {
  silence_ += std::min(now - turned_, kLongestTurn);
  if (!linked_ || silence_ <= kSilentIntervals * plan_.nodes[life_.node].pulse_interval) return;
  outside_.tell("hears nothing of its daemon");
  lost();
  outside_.silent();
}

void SimCore::answered(std::uint64_t beat) {
  if (side_.mode() == Mode::following) stall_.answered(beat);
}

// As Module::keep_passive.
void SimCore::keep_passive(Object& object, const wire::CheckResult& result) {
  const bool alone = side_.mode() == Mode::isolated && forwards_.size() > 0;
  std::uint64_t upto = forwards_.last_number();
  if (alone || unsure() || object.handed_on > 0) records_.passives.superseded(object.plan, life_);
  if (unsure()) {
    outside_.tell("keeps the result of " + name_of(object) + " for who owns it, " + result.output);
    if (const auto passive = PassiveLog::result_of(result.output)) records_.passives.doubted(*passive, life_);
    hand_on(result);
    upto = forwards_.last_number();
  } else if (alone) {
    supersede(object);
  } else if (object.handed_on > 0) {
    object.superseded = upto = std::exchange(object.handed_on, 0);
  } else {
    return;
  }
  mark_taken(object, {side_.node_id(), life_.life, upto});
}

void SimCore::supersede(Object& object) {
  forwards_.supersede(plan_.objects[object.plan].key);
  object.superseded = forwards_.last_number();
}

bool SimCore::is_superseded(const Object& object, const wire::ForwardedResult& forwarded) const {
  return forwarded.taker == side_.node_id() && forwarded.taker_instance == life_.life && forwarded.number <= object.superseded;
}

}  // namespace merlin::sim
