// Which faults were in effect at which time, and what they excuse.
#pragma once

#include <optional>
#include <vector>

#include "tests/sim/plan.hpp"

namespace merlin::sim {

// One exchange between any two simulated processes, including scheduling.
inline constexpr Millis kExchange{1500};

// An action of a node.
struct Deed {
  std::size_t node = 0;
  Millis at{0};
};

class FaultLog {
 public:
  // `recovers_in`: how long after a fault's end the nodes need to be reunited.
  explicit FaultLog(Millis recovers_in) : recovers_in_(recovers_in) {}

  void began(const FaultEvent& event, Millis now);
  void ended(const FaultEvent& event, Millis now);
  // All faults have ended.
  void healed(Millis now);

  Millis recovers_in() const { return recovers_in_; }
  // A fault that separates nodes or ends processes was in effect at the node.
  bool is_disturbed(std::size_t node, Millis at) const;
  // Some nodes were separated, or some processes down, at some time in between.
  bool was_any_at_work(Millis from, Millis until) const;
  // The same for any fault, including planned ones, clocks and disks.
  bool was_anything_at_work(Millis from, Millis until) const;
  // At least two daemons had planned restarts in that time.
  bool were_daemons_away(Millis from, Millis until) const;
  // Two nodes may have done the same, because one could not know of the other's action.
  bool is_excused(const Deed& first, const Deed& second) const;
  // The node's disk lost its contents, at that time or later.
  bool lost_its_disk(std::size_t node, Millis since) const;
  // The disk lost its contents, or was full, at some time in between.
  // Its daemon was killed in that time.
  bool died(std::size_t node, Millis from, Millis until) const;
  bool had_bad_disk(std::size_t node, Millis from, Millis until) const;

 private:
  struct Thrown {
    FaultEvent event;
    Millis from{0};
    std::optional<Millis> until;
  };

  bool is_at_work(const Thrown& thrown, Millis at) const;
  Millis end_of(const Thrown& thrown) const;
  Millis end_of_chain(const Thrown& first, std::size_t other) const;

  Millis recovers_in_;
  std::vector<Thrown> thrown_;
};

}  // namespace merlin::sim
