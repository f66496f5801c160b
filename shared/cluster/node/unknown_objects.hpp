// Rows of objects that no known node has configured: the configuration that has them may not have arrived yet, or they were removed
// everywhere. A bounded number is accepted from each peer; rows of an object that stays unknown expire after a day.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kMaxItemsPerObject = 20'000;  // comments, downtimes and the like, tombstones included
inline constexpr std::size_t kMaxItemBytesPerObject = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t kMaxTableBytes = std::size_t{1} << 30;  // above it only states of configured objects are accepted
inline constexpr std::size_t kMaxUnknownRowsPerPeer = 20'000;
inline constexpr std::size_t kMaxUnknownBytesPerPeer = std::size_t{16} * 1024 * 1024;
inline constexpr Millis kUnknownKept{24 * 60 * 60 * 1000};
inline constexpr Millis kKeptAfterStart{60 * 60 * 1000};
inline constexpr Millis kRecountEvery{10'000};

class UnknownObjects {
 public:
  struct Usage {
    std::size_t rows = 0;
    std::size_t bytes = 0;
  };
  using UsageByPeer = std::map<NodeId, Usage>;
  using NewestRows = std::unordered_map<ObjectKey, std::int64_t>;  // object -> wall clock of its newest row

  // False: that peer has sent too much.
  bool reserve(const NodeId& from, std::size_t bytes);
  // A peer may have room again: objects have become known, or have expired.
  bool may_recount(SteadyTime now) const { return !recounted_ || now - *recounted_ >= kRecountEvery; }
  void recount(UsageByPeer usage, SteadyTime now);

  // `unknown`: all objects of the table that are unknown now. Returns those that have been unknown for too long. What was unknown
  // at the first call counts from its newest row: so nodes that were restarted drop an object at the same time as the others.
  std::unordered_set<ObjectKey> expired(const NewestRows& unknown, Now now);

 private:
  UsageByPeer usage_;
  std::optional<SteadyTime> recounted_;
  std::unordered_map<ObjectKey, SteadyTime> since_;
  bool looked_ = false;
};

}  // namespace merlin::cluster
