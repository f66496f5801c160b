// Faults that take links away for a while: which ones, when, and when they come back.
#pragma once

#include <vector>

#include "sim/events.hpp"
#include "sim/network.hpp"
#include "sim/plan.hpp"

namespace merlin::sim {

class LinkFaults {
 public:
  // All outlive this.
  LinkFaults(const Plan& plan, Events& events, Network& network) : plan_(plan), events_(events), network_(network) {}

  void begin(const FaultEvent& event);
  void end(const FaultEvent& event);
  // All is over: the network was healed.
  void healed() { healed_ = true; }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;

  // The pairs of nodes that hear nothing of each other; of a one-way cut the one direction.
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
