#include "shared/cluster/node/core_epochs.hpp"

#include <algorithm>
#include <cstddef>

namespace merlin::cluster {

std::optional<wire::Epoch> CoreEpochs::next(std::uint64_t term, std::uint32_t view_size, const std::unordered_set<Unit>& running) {
  const bool whole = number_ == 0 || is_whole_due_;
  const bool fence = term_ != term || view_size_ != view_size;
  if (!whole && !fence && changed_.empty() && in_flight_.empty()) return std::nullopt;
  wire::Epoch epoch;
  epoch.number = ++number_;
  epoch.term = term_ = term;
  epoch.side = view_size_ = view_size;
  epoch.whole = was_whole_ = whole;
  is_whole_due_ = false;
  if (whole) changed_ = {running.begin(), running.end()};
  // Waits that do not fit into one frame follow with the next epoch.
  const auto waits = in_flight_.begin() + static_cast<std::ptrdiff_t>(std::min(in_flight_.size(), kWaitsPerEpoch));
  epoch.in_flight.assign(in_flight_.begin(), waits);
  in_flight_.erase(in_flight_.begin(), waits);
  for (std::size_t units = 0; !changed_.empty() && units < kUnitsAMessage; ++units) {
    const Unit unit = changed_.extract(changed_.begin()).value();
    (running.contains(unit) ? epoch.added : epoch.removed).push_back(unit);
  }
  return epoch;
}

}  // namespace merlin::cluster
