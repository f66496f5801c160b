#include "shared/cluster/node/unknown_objects.hpp"

#include <algorithm>
#include <utility>

namespace merlin::cluster {

bool UnknownObjects::reserve(const NodeId& from, std::size_t bytes) {
  Usage& usage = usage_[from];
  if (usage.rows >= kMaxUnknownRowsPerPeer || usage.bytes + bytes > kMaxUnknownBytesPerPeer) return false;
  ++usage.rows;
  usage.bytes += bytes;
  return true;
}

void UnknownObjects::recount(UsageByPeer usage, SteadyTime now) {
  usage_ = std::move(usage);
  recounted_ = now;
}

// Objects that were unknown at the first call are kept for at least an hour: the other nodes may just be starting.
std::unordered_set<ObjectKey> UnknownObjects::expired(const NewestRows& unknown, Now now) {
  std::unordered_set<ObjectKey> expired;
  std::unordered_map<ObjectKey, SteadyTime> since;
  for (const auto& [object, newest_ms] : unknown) {
    const Millis age{std::clamp(now.wall.time_since_epoch().count() - newest_ms, std::int64_t{0},
                                std::int64_t{(kUnknownKept - kKeptAfterStart).count()})};
    const auto known = since_.find(object);
    const SteadyTime first = known != since_.end() ? known->second : now.steady - (looked_ ? Millis{0} : age);
    if (now.steady - first >= kUnknownKept) {
      expired.insert(object);
    } else {
      since.emplace(object, first);
    }
  }
  since_ = std::move(since);
  looked_ = true;
  return expired;
}

}  // namespace merlin::cluster
