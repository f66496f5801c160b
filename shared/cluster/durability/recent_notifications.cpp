#include "shared/cluster/durability/recent_notifications.hpp"

namespace merlin::cluster {

std::size_t RecentNotifications::bytes_of(const Recent& recent) {
  std::size_t bytes = sizeof recent;
  for (const std::string& line : recent.log.log) bytes += sizeof line + line.size();
  return bytes;
}

bool RecentNotifications::is_old(const Recent& recent, WallTime now) {
  return Millis{recent.log.time_ms} + kMaxAge < now.time_since_epoch();
}

void RecentNotifications::pop_front() {
  bytes_ -= bytes_of(recent_.front());
  recent_.pop_front();
  if (next_ > 0) --next_;
}

void RecentNotifications::add(const ObjectKey& object, wire::NotificationLog log, WallTime now) {
  while (!recent_.empty() && is_old(recent_.front(), now)) pop_front();
  Recent recent{object, std::move(log)};
  if (is_old(recent, now)) return;
  bytes_ += bytes_of(recent);
  recent_.push_back(std::move(recent));
  while (recent_.size() > kMost || bytes_ > kMostBytes) pop_front();
}

std::optional<wire::NotificationLog> RecentNotifications::next(const std::function<bool(const ObjectKey&)>& has, WallTime now) {
  while (next_ < recent_.size()) {
    const Recent& recent = recent_[next_++];
    if (!is_old(recent, now) && has(recent.object)) return recent.log;
  }
  return std::nullopt;
}

}  // namespace merlin::cluster
