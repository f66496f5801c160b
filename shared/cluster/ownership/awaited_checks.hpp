// Checks that still run at a node that has handed their objects over. Other nodes start no check of these objects until the result
// has arrived or the time is over (wire::InFlight). If that node is lost, its results are lost, and the wait ends.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/wire/messages_link.hpp"

namespace merlin::cluster {

class AwaitedChecks {
 public:
  // Waits beyond this number end only when their time is over.
  static constexpr std::size_t kMost = 100'000;
  static constexpr Millis kLongestWait{3'600'000};
  static constexpr Millis kSweepEvery{1'000};

  // Our core waits for this check.
  void add(const wire::InFlight& check, SteadyTime now);
  // The checks whose results are lost with that node, each with a remaining wait of 0.
  std::vector<wire::InFlight> lost(const NodeId& runner, SteadyTime now);
  std::size_t size() const { return checks_.size(); }

 private:
  struct Awaited {
    NodeId runner;
    SteadyTime until{};
  };
  void forget_expired(SteadyTime now);

  std::map<ObjectKey, Awaited> checks_;
  SteadyTime swept_{};
};

}  // namespace merlin::cluster
