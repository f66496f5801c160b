#include "shared/cluster/notification/sent_apart.hpp"

#include <utility>

#include "shared/cluster/notification/facts.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::cluster {

void SentApart::sent(const wire::NotificationRecord& record, std::set<NodeId> absent, Now now) {
  const RegisterKey key = record_key(record.notification);
  if (record.notification.kind != wire::NotificationKind::problem || absent.empty()) {
    sent_.erase(key);
  } else if (sent_.size() < kMost || sent_.contains(key)) {
    sent_[key] = {record, std::move(absent), now.wall.time_since_epoch().count()};
  }
}

std::optional<wire::NotificationRecord> SentApart::changed(const wire::Register& row) {
  const auto found = sent_.find(key_of(row));
  if (found == sent_.end()) return std::nullopt;
  const auto record = wire::decode<wire::NotificationRecord>(row.value);
  if (!record || compare_keys(record->notification, found->second.record.notification) <= 0) return std::nullopt;
  const bool of_this = record->notification.start == found->second.record.notification.start;
  if (of_this && (!record->sent || record->notification.kind != wire::NotificationKind::recovery)) return std::nullopt;
  const Sent ours = std::move(found->second);
  sent_.erase(found);
  // If an isolated core sent it, its daemon does not know when.
  const bool maybe_before = record->told_s == 0 || row.base_ms < ours.wall_ms;
  if (!of_this || !ours.absent.contains(record->holder) || !maybe_before) return std::nullopt;
  wire::NotificationRecord again = ours.record;
  ++again.notification.start;
  return again;
}

}  // namespace merlin::cluster
