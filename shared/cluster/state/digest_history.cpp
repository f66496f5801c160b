#include "shared/cluster/state/digest_history.hpp"

namespace merlin::cluster {

void DigestHistory::changed(std::uint64_t hlc, std::uint64_t exclusive_or) {
  const std::uint64_t second = second_of(hlc);
  if (second <= forgotten_) return;
  by_second_[second] ^= exclusive_or;
  if (by_second_.size() <= kDigestSeconds) return;
  forgotten_ = by_second_.begin()->first;
  by_second_.erase(by_second_.begin());
}

std::optional<std::uint64_t> DigestHistory::changes_after(std::uint64_t second) const {
  if (second < forgotten_) return std::nullopt;
  std::uint64_t changes = 0;
  for (auto later = by_second_.upper_bound(second); later != by_second_.end(); ++later) changes ^= later->second;
  return changes;
}

}  // namespace merlin::cluster
