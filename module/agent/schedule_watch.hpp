// After a jump of the wall clock the core shifts everything that it has planned by the jump, including a check that it planned after
// the jump and before noticing it, which would then wait for as long as the clock has jumped, and the last check of a result that arrived
// in between. For a while this visits all owned objects: a check planned later than its interval allows is moved back, and so is a
// last check in the future.
#pragma once

#include <optional>

#include "module/agent/core.hpp"
#include "module/agent/objects.hpp"
#include "module/agent/ownership.hpp"

namespace merlin::neb {

class ScheduleWatch {
 public:
  static constexpr Millis kJump{10'000};      // deviation of the wall clock from the steady one between ticks
  static constexpr Millis kLooksFor{10'000};  // the core notices within a turn of its loop
  static constexpr Index kObjectsATick = 1'000;

  // All outlive this.
  ScheduleWatch(Core& core, const Objects& objects, const Ownership& ownership) : core_(core), objects_(objects), ownership_(ownership) {}

  // At each tick of the module.
  void tick(Now now);

 private:
  void look(Index object, Seconds wall);

  Core& core_;
  const Objects& objects_;
  const Ownership& ownership_;
  std::optional<Millis> ahead_;  // wall clock minus steady clock
  SteadyTime until_{};
  Index next_ = 0;
};

}  // namespace merlin::neb
