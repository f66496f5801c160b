#include "shared/cluster/node/admission.hpp"

#include <algorithm>

namespace merlin::cluster {

// Adopts at once a term that a cluster can have reached, and a higher one in steps, so that nobody can raise ours to the maximum.
std::uint64_t Admission::heard(std::uint64_t theirs, std::uint64_t ours, SteadyTime now) {
  if (theirs <= ours) return ours;
  const std::uint64_t greatest = greatest_term(ours);
  if (greatest == kTermToCatchUp) return std::min(theirs, greatest);
  if (lifted_ && now - *lifted_ < kTermStepEvery) return ours;
  lifted_ = now;
  return std::min(theirs, greatest);
}

std::optional<wire::RejectReason> Admission::fault_of(const wire::Register& row, bool is_known, std::uint64_t term, WallTime wall) {
  if (const auto fault = bounds_.fault_of(row, term, wall)) return fault;
  if (!is_known && !writers_.admits(row.version.writer)) return wire::RejectReason::writer;
  return std::nullopt;
}

bool Admission::may_stand(const wire::Register& row, std::uint64_t term, WallTime wall) {
  if (bounds_.fault_of(row, term, wall)) return false;
  writers_.admits(row.version.writer);
  return true;
}

}  // namespace merlin::cluster
