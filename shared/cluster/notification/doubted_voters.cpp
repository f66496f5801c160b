#include "shared/cluster/notification/doubted_voters.hpp"

namespace merlin::cluster {

void DoubtedVoters::blame(const NodeId& voter, SteadyTime now) {
  if (voters_.size() >= kMost && !voters_.contains(voter)) return;
  Entry& entry = voters_[voter];
  ++entry.times;
  entry.last = now;
}

std::map<NodeId, std::uint64_t> DoubtedVoters::recent(SteadyTime now) const {
  std::map<NodeId, std::uint64_t> found;
  for (const auto& [id, entry] : voters_) {
    if (now - entry.last < kKept) found.emplace(id, entry.times);
  }
  return found;
}

}  // namespace merlin::cluster
