// Checks between two owners: checks that still run at the previous owner are awaited, and checks that run here are reported when
// their object is released.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "module/agent/objects.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::neb {

class HeldChecks {
 public:
  static constexpr std::size_t kMostInFlight = 10'000;  // in one message
  static constexpr Millis kResultAllowance{5000};       // a result may arrive this long after its check's time-out

  // All outlive this.
  HeldChecks(Core& core, const Objects& objects) : core_(core), objects_(objects) {}

  // ---- checks that this core has started
  void started(Index object, SteadyTime now) { running_[object] = now; }
  void finished(Index object) { running_.erase(object); }
  bool runs_here(Index object) const { return running_.contains(object) && core_.schedule(object).executing; }

  // ---- checks that still run on other nodes
  // How long the object's next check must wait; empty: it may start.
  std::optional<Millis> wait(Index object, Now now);
  // The latest call counts, because an earlier wait may have ended without notice.
  void wait_for(Index object, const wire::InFlight& check, SteadyTime now);
  // This core's own result has been sent to the owner. If the object returns before the owner has applied the result, that comes back.
  void wait_for_own_result(Index object, SteadyTime now) { held_[object] = {now + kResultAllowance, {}, 0}; }
  // Ends the wait. Returns the time at which the next check was first put off; 0: it was not.
  Seconds release(Index object);
  // Results of checks on other nodes arrive through the daemon.
  void daemon_away(Millis away, SteadyTime now);

  // Of the released objects: checks that run here, and awaited checks of the previous owner, which are passed on.
  std::vector<wire::InFlight> in_flight(const std::vector<Index>& released, SteadyTime now) const;

 private:
  struct Held {
    SteadyTime until{};
    NodeId runner;    // empty: this core
    Seconds due = 0;  // when its next check was first put off; 0: it was not
  };

  Millis timeout(Index object) const { return Millis(core_.check_timeout_s(object) * 1000); }

  Core& core_;
  const Objects& objects_;
  std::unordered_map<Index, SteadyTime> running_;  // since this time
  std::unordered_map<Index, Held> held_;
};

}  // namespace merlin::neb
