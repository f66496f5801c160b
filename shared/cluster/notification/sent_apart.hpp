// Problems that this node notified while it could not ask all voters (R4). One of the absent voters may have notified the recovery of
// the same problem, before or after that. If it was before, people heard of the problem last, and never of its end. Such a problem
// then counts as a new one that has begun since, so that its recovery is notified.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/register.hpp"

namespace merlin::cluster {

class SentApart {
 public:
  // One per object; more are not remembered.
  static constexpr std::size_t kMost = 100'000;

  // We sent it, and could not ask these voters.
  void sent(const wire::NotificationRecord& record, std::set<NodeId> absent, Now now);
  bool knows(const RegisterKey& key) const { return sent_.contains(key); }
  // The record is this one now. Returns the record to write instead, of a problem that has begun since; empty: none is needed.
  std::optional<wire::NotificationRecord> changed(const wire::Register& row);

 private:
  struct Sent {
    wire::NotificationRecord record;
    std::set<NodeId> absent;
    std::int64_t wall_ms = 0;
  };

  std::map<RegisterKey, Sent> sent_;
};

}  // namespace merlin::cluster
