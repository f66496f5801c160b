// Faults that interrupt links for a while: which ones, when, and when they return.
#pragma once

#include <vector>

#include "tests/sim/events.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/plan.hpp"

namespace merlin::sim {

class LinkFaults {
 public:
  // All outlive this.
  LinkFaults(const Plan& plan, Events& events, Network& network) : plan_(plan), events_(events), network_(network) {}

  void begin(const FaultEvent& event);
  void end(const FaultEvent& event);
  // The run has ended all faults.
  void healed() { healed_ = true; }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;

  // The pairs of nodes that do not hear each other; only one direction for a one-way cut.
  std::vector<Pair> pairs_of(const FaultEvent& event) const;
  void set(const std::vector<Pair>& pairs, bool cut);
  void flap(const FaultEvent& event, bool cut);
  void swizzle(const FaultEvent& event);
  void reset(const FaultEvent& event);
  bool is_over(const FaultEvent& event) const { return healed_ || events_.now() >= event.at + event.length; }

  const Plan& plan_;
  Events& events_;
  Network& network_;
  bool healed_ = false;
};

}  // namespace merlin::sim
