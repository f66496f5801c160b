#include "shared/cluster/node/contested.hpp"

namespace merlin::cluster {

void Contested::lost(const ObjectKey& object, const NodeId& writer, bool is_sure, SteadyTime now) {
  std::erase_if(objects_, [&](const auto& entry) { return now - entry.second.last >= kKept; });
  if (objects_.size() >= kMost && !objects_.contains(object)) return;
  Entry& entry = objects_[object];
  entry.writer = writer;
  ++entry.times;
  entry.is_sure = entry.is_sure || is_sure || entry.times > 1;
  entry.last = now;
}

std::vector<Contested::Loss> Contested::losses(SteadyTime now) const {
  std::vector<Loss> found;
  for (const auto& [object, entry] : objects_) {
    if (entry.is_sure && now - entry.last < kKept) found.push_back({object, entry.writer, entry.times});
  }
  return found;
}

}  // namespace merlin::cluster
