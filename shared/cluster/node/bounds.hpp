// Bounds of what a cluster can have written (R3, R5). A row of a peer or of the store that exceeds them is damaged or hostile: it
// would win against everything that the nodes write later. Pure: depends on one row, this node's own term and clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/register.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::cluster {

// A term grows by 1 with each change of the active set and by 1,000 with each start of a daemon, so no cluster comes near this by
// itself. A node that knows nothing yet adopts any term up to it at once, and a higher one in steps.
inline constexpr std::uint64_t kTermToCatchUp = std::uint64_t{1} << 40;
inline constexpr std::uint64_t kTermStep = 1'000'000;
inline constexpr Millis kTermStepEvery{1'000};
inline constexpr std::uint64_t kDamagedTerm = std::uint64_t{1} << 61;  // stored by a node that adopted every term it heard

// Machines with wrong clocks still work together, see HybridClock. This bound excludes values that no clock shows.
inline constexpr Millis kClockAllowance{std::int64_t{366} * 24 * 60 * 60 * 1000};
inline constexpr Millis kStartAhead{60'000};                            // a record's start, after its own stamp
inline constexpr std::int64_t kClockFloorMs = 1'767'225'600'000;        // 2026-01-01: a clock that shows an earlier time is not set yet
inline constexpr std::uint64_t kDamagedClock = std::uint64_t{1} << 58;  // the year 2109, where ranks of notifications end
inline constexpr std::uint32_t kGreatestSide = 1'000;
inline constexpr std::size_t kMostWriters = 1'024;  // writers that are in no configuration

// The greatest term that we adopt from other nodes.
std::uint64_t greatest_term(std::uint64_t ours);

class Bounds {
 public:
  // `clock`: the limit of our own clock, as stored on disk at the start.
  explicit Bounds(std::uint64_t clock) : floor_(clock) {}

  // The greatest clock value that a row may have now.
  std::uint64_t greatest_clock(WallTime wall) const;
  // `term`: ours. Empty: a cluster can have written it.
  std::optional<wire::RejectReason> fault_of(const wire::Register& row, std::uint64_t term, WallTime wall) const;

 private:
  std::uint64_t floor_;
};

// Writers that are in no configuration: removed nodes, or nodes that never existed. Their number is bounded.
class Writers {
 public:
  // Whether to accept a row of this writer.
  bool admits(const NodeId& writer);
  std::size_t size() const { return once_.size(); }

 private:
  std::unordered_set<NodeId> once_;
};

}  // namespace merlin::cluster
