#include "shared/cluster/state/row_suspects.hpp"

namespace merlin::cluster {

void RowSuspects::core_lost_with(const InHand& rows, SteadyTime now) {
  std::erase_if(suspects_, [&](const auto& entry) { return !entry.second.set_aside && now - entry.second.since > kSuspectFor; });
  for (const auto& [key, version, change] : rows) {
    const auto known = suspects_.find(key);
    // A row that was sent alone caused the crash. A suspect that was sent with others had been cleared, and is suspected again.
    if (known != suspects_.end() && known->second.version == version && rows.size() == 1) {
      known->second.set_aside = true;
    } else if (known != suspects_.end() || suspects_.size() < kMost) {
      suspects_[key] = {version, now, false};
    }
  }
}

bool RowSuspects::is_set_aside(const RegisterKey& key, const wire::Version& version) const {
  const auto known = suspects_.find(key);
  return known != suspects_.end() && known->second.set_aside && known->second.version == version;
}

std::vector<RegisterKey> RowSuspects::set_aside() const {
  std::vector<RegisterKey> keys;
  for (const auto& [key, suspect] : suspects_) {
    if (suspect.set_aside) keys.push_back(key);
  }
  return keys;
}

}  // namespace merlin::cluster
