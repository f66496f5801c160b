// Which faults were at work when, and what they excuse.
#pragma once

#include <optional>
#include <vector>

#include "sim/plan.hpp"

namespace merlin::sim {

// Something that a node did.
struct Deed {
  std::size_t node = 0;
  Millis at{0};
};

class FaultLog {
 public:
  // `recovers_in`: how long after a fault's end the nodes need to be one again.
  explicit FaultLog(Millis recovers_in) : recovers_in_(recovers_in) {}

  void began(const FaultEvent& event, Millis now);
  void ended(const FaultEvent& event, Millis now);
  // All are over.
  void healed(Millis now);

  Millis recovers_in() const { return recovers_in_; }
  // A fault that takes nodes apart or processes away was at work at the node.
  bool is_disturbed(std::size_t node, Millis at) const;
  // Some nodes were apart, or some processes away, at some time between.
  bool was_any_at_work(Millis from, Millis until) const;
  // Two daemons at least had their planned restarts at a time.
  bool were_daemons_away(Millis from, Millis until) const;
  // Two nodes may have done the same, since one could not know of the other's deed.
  bool is_excused(const Deed& first, const Deed& second) const;
  // The node's disk lost what it had, at that time or later.
  bool lost_its_disk(std::size_t node, Millis since) const;
  // It did, or could not take more, some time between.
  // Its daemon was killed within that time.
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
