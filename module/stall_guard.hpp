// Whether what this core runs is still its to run. Others take over from a core whose loop stands still for core_timeout
// (R2), and it does not notice when it goes on: so after a stall that may have been that long it runs nothing and tells
// nobody until the daemon has answered a beat made after it. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace merlin::neb {

class StallGuard {
 public:
  struct Settings {
    Millis pulse_interval{1000};
    Millis core_timeout{5000};
    Millis busy_limit{5000};
  };

  StallGuard(const Settings& settings, SteadyTime now);

  // At each tick; `next_beat` is the number of the beat that is sent next. How long the loop stood still, where that was too long.
  std::optional<Millis> turn(SteadyTime now, std::uint64_t next_beat);
  // Announced: others wait for the busy limit.
  void saving(bool begins, SteadyTime now);
  // The daemon answers that beat. true: that ends the doubt.
  bool answered(std::uint64_t beat);
  // Nobody is left who could say: this core is alone.
  void give_up() { awaited_.reset(); }

  // Right after a stall too, before the tick that notices it.
  bool doubtful(SteadyTime now) const { return awaited_ || now - turned_ > limit_; }

 private:
  Millis limit_;
  Millis busy_limit_;
  SteadyTime turned_;
  SteadyTime saving_since_;
  std::optional<std::uint64_t> awaited_;
};

}  // namespace merlin::neb
