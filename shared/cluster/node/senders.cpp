#include "shared/cluster/node/senders.hpp"

#include <algorithm>

namespace merlin::cluster {

std::optional<std::uint64_t> Senders::owned_since(const ObjectKey& object) const {
  auto unit = object.is_host() ? owned_.end() : owned_.find(object.service);
  if (unit == owned_.end()) unit = owned_.find(object.host);
  return unit == owned_.end() ? std::nullopt : std::optional(unit->second);
}

bool Senders::is_plausible(const RegisterKey& key, const wire::NotificationRecord& record, const FactsOf& facts) const {
  const bool is_of_the_state = key.item == 0;
  const auto since = owned_since(key.object);
  if (!is_of_the_state || !since) return true;
  const std::uint64_t start = record.notification.start;
  if (start <= std::max(*since, stood_still_)) return true;
  const Facts known = facts(record.holder);
  if (!known.is_known) return false;
  if (!known.is_active || known.claims_object || known.notifies_for_us) return true;
  const auto disagreed = disagreed_.find(record.holder);
  return disagreed != disagreed_.end() && start <= disagreed->second;
}

void Senders::note(const RegisterKey& key, const wire::NotificationRecord& record, const wire::Version& version, const FactsOf& facts) {
  if (is_plausible(key, record, facts)) return;
  if (unproven_.size() >= kMostUnproven && !unproven_.contains(key)) unproven_.erase(unproven_.begin());
  unproven_[key] = version;
}

bool Senders::may_have_sent(const RegisterKey& key, const wire::NotificationRecord& record, const wire::Version& version,
                            const FactsOf& facts) const {
  const auto unproven = unproven_.find(key);
  if (unproven != unproven_.end() && unproven->second == version) return false;
  return is_plausible(key, record, facts);
}

}  // namespace merlin::cluster
