// After a jump of the wall clock the core shifts all that it has planned by the jump: also a check that it planned between
// the jump and its noticing, which would then wait for as long as the clock has jumped. For a while all own objects are
// looked at, and what is planned later than its interval allows is put back.
#pragma once

#include <optional>

#include "module/core/core.hpp"
#include "module/objects.hpp"
#include "module/ownership.hpp"

namespace merlin::neb {

class ScheduleWatch {
 public:
  static constexpr Millis kJump{10'000};      // the wall clock against the steady one, from tick to tick
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
  std::optional<Millis> ahead_;  // the wall clock of the steady one
  SteadyTime until_{};
  Index next_ = 0;
};

}  // namespace merlin::neb
