// Whether this core may still run what it owns. Other nodes take over from a core whose loop hangs for core_timeout
// (R2), and the core does not notice when it continues: so after a stall that may have lasted that long it runs and notifies
// nothing until the daemon has answered a heartbeat made after it. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "shared/base/time.hpp"

namespace merlin::neb {

class StallGuard {
 public:
  struct Settings {
    Millis pulse_interval{1000};
    Millis core_timeout{5000};
    Millis busy_limit{5000};
  };

  StallGuard(const Settings& settings, SteadyTime now);

  // At each tick; `next_heartbeat` is the number of the next heartbeat to be sent. Returns how long the loop hung, if that was too
  // long.
  std::optional<Millis> turn(SteadyTime now, std::uint64_t next_heartbeat);
  // An announced pause: other nodes wait for the busy limit.
  void saving(bool begins, SteadyTime now);
  // The daemon answers that heartbeat. True: this confirms the ownership.
  bool answered(std::uint64_t heartbeat);
  // No daemon can answer: this core is isolated.
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
