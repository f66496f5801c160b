// Handles the time in which ownership is unconfirmed: the daemon is lost, or the core's loop hung and other nodes may have taken
// over. The state that this core makes of a result then may lose against another node's, and no node would repeat a passive result.
// Also keeps the own results that their owner has not confirmed yet.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "module/agent/outbox.hpp"
#include "module/agent/ownership.hpp"
#include "module/agent/stall_guard.hpp"

namespace merlin::neb {

class UnconfirmedOwnership {
 public:
  // Results per object that the owner has not confirmed; beyond this number only the newest are recognised.
  static constexpr std::size_t kMostForwarded = 64;

  // All outlive this. `boot_id` numbers this core's results, and may change until the first of them.
  UnconfirmedOwnership(const Objects& objects, const Ownership& ownership, Outbox& outbox, const std::uint64_t& boot_id,
                       const StallGuard::Settings& settings, SteadyTime now)
      : objects_(objects), ownership_(ownership), outbox_(outbox), boot_id_(boot_id), stall_(settings, now) {}

  // ---- ownership
  // Other nodes may own this core's objects by now: it neither checks nor notifies until its daemon has answered.
  bool in_doubt(SteadyTime now) const;
  // A state that this core writes now may lose.
  bool unsure(SteadyTime now) const;
  // At each tick; `next_beat` is the number of the next heartbeat. Returns how long the loop hung, if that makes the ownership unconfirmed.
  std::optional<Millis> turn(SteadyTime now, std::uint64_t next_beat);
  void saving(bool begins, SteadyTime now) { stall_.saving(begins, now); }
  // The daemon answers that heartbeat. True: this confirms the ownership.
  bool answered(std::uint64_t beat);
  // An isolated core has no answer to wait for.
  void give_up() { stall_.give_up(); }

  // ---- results
  // The object's state that a planned stop has kept for this start may exist nowhere else.
  void restored(Index object) { kept_[object] = 1; }
  // A result of another node's object is sent to the owner. The core's state is that of this result now, so an earlier state that no daemon
  // may have received is gone. Returns the number up to which the row still contains own results; empty: unchanged.
  std::optional<std::uint64_t> forward(Index object, RawResult result, bool logged);
  // A passive result has become state here. Returns the number up to which that state contains this core's own results; empty: it
  // contains no statement about them.
  std::optional<std::uint64_t> applied_passive(Index object, std::optional<RawResult> result, SteadyTime now);
  // Whether the row is made of a result that this core has forwarded, and logged itself.
  bool is_of_own_result(Index object, const wire::CheckRegister& state);
  // An own result that returns from the daemon although this core has applied a newer one.
  bool is_superseded(Index object, const wire::ForwardedResult& forwarded) const;

 private:
  struct Forwarded {
    std::uint64_t number = 0;
    std::string output;
    bool logged = false;
  };

  const Objects& objects_;
  const Ownership& ownership_;
  Outbox& outbox_;
  const std::uint64_t& boot_id_;
  StallGuard stall_;
  std::unordered_map<Index, std::deque<Forwarded>> forwarded_;  // results that their owner has not confirmed
  std::unordered_map<Index, std::uint64_t> kept_;  // the first own result that was applied and forwarded, since the last row from others
  std::unordered_map<Index, std::uint64_t> superseded_;  // a newer one has replaced own results up to this number
};

}  // namespace merlin::neb
