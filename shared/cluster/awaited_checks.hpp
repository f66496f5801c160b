// Checks that still run at a node which has handed their objects over: whoever may run those starts none until the result
// came or the time is over (wire::InFlight). With the node its results are lost, and the wait ends.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "base/time.hpp"
#include "wire/messages_link.hpp"

namespace merlin::cluster {

class AwaitedChecks {
 public:
  // Beyond that many the core waits its time out.
  static constexpr std::size_t kMost = 100'000;
  static constexpr Millis kLongestWait{3'600'000};
  static constexpr Millis kSweepEvery{1'000};

  // Our core is told to wait for it.
  void add(const wire::InFlight& check, SteadyTime now);
  // What the core waits for in vain now that the node is lost: with no time left.
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
