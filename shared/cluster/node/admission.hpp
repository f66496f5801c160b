// Which data this node accepts from others (R3): terms and rows that a cluster can have made.
#pragma once

#include <cstdint>
#include <optional>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/node/bounds.hpp"

namespace merlin::cluster {

class Admission {
 public:
  // `clock`: the limit of our own clock, as stored on disk at the start.
  explicit Admission(std::uint64_t clock) : bounds_(clock) {}

  // Our term after a node has reported its own in a heartbeat.
  std::uint64_t heard(std::uint64_t theirs, std::uint64_t ours, SteadyTime now);
  // `term`: ours. `is_known`: the writer is a node of the configuration. Empty: the row is accepted.
  std::optional<wire::RejectReason> fault_of(const wire::Register& row, bool is_known, std::uint64_t term, WallTime wall);
  // Whether to keep a row of our own store.
  bool may_stand(const wire::Register& row, std::uint64_t term, WallTime wall);

  const Bounds& bounds() const { return bounds_; }

 private:
  Bounds bounds_;
  Writers writers_;
  std::optional<SteadyTime> lifted_;
};

}  // namespace merlin::cluster
