// Voters whose refusals of notifications were ignored, because no record proved their reason. Shown to operators.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::cluster {

class DoubtedVoters {
 public:
  static constexpr Millis kKept{60 * 60 * 1000};
  static constexpr std::size_t kMost = 256;  // more are not recorded

  void blame(const NodeId& voter, SteadyTime now);
  // Those of the last hour, and how often.
  std::map<NodeId, std::uint64_t> recent(SteadyTime now) const;

 private:
  struct Entry {
    std::uint64_t times = 0;
    SteadyTime last{};
  };
  std::map<NodeId, Entry> voters_;
};

}  // namespace merlin::cluster
