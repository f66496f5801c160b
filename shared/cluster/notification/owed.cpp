#include "shared/cluster/notification/owed.hpp"

#include <utility>

#include "shared/cluster/interface/content.hpp"
#include "shared/cluster/state/versions.hpp"

namespace merlin::cluster {
namespace {

bool is_news(std::uint64_t made, WallTime now) {
  const std::uint64_t wall = hlc_of(now);
  return wall <= made || (wall - made) >> 16 < static_cast<std::uint64_t>(kAcknowledgementIsNews.count());
}

}  // namespace

const wire::Register* OwedNotifications::find(const RegisterKey& key) {
  const Row* row = table_.find(key);
  return row == nullptr ? nullptr : &row->content;
}

std::optional<wire::CheckRegister> OwedNotifications::check(const ObjectKey& object) {
  return content_of<wire::CheckRegister>(find({object, wire::RegisterKind::check, 0}));
}

std::optional<wire::NotificationRecord> OwedNotifications::record(const RegisterKey& key) {
  return content_of<wire::NotificationRecord>(find(key));
}

void OwedNotifications::follow(Now now, const std::function<void(const RegisterKey&)>& changed) {
  for (auto change = table_.after(followed_); change != table_.end(); ++change) {
    const RegisterKey key = key_of(change->second->content);
    if (key.kind == wire::RegisterKind::notification) {
      look_at_record(key, now);
      changed(key);
    } else if (key.kind == wire::RegisterKind::acknowledgement) {
      look_at_acknowledgement(key.object, now);
    } else if (key.kind == wire::RegisterKind::check || key.kind == wire::RegisterKind::forgotten) {
      changed({key.object, wire::RegisterKind::notification, 0});
      const auto watched = watched_.find(key.object);
      if (watched == watched_.end()) continue;
      for (const RegisterKey& concerned : std::set<RegisterKey>(watched->second)) {
        concerned.kind == wire::RegisterKind::notification ? look_at_record(concerned, now)
                                                           : look_at_acknowledgement(concerned.object, now);
      }
    }
  }
  followed_ = table_.head();
}

void OwedNotifications::look_at_record(const RegisterKey& key, Now now) {
  const auto last = record(key);
  if (last && last->notification.kind == wire::NotificationKind::acknowledgement) return look_at_acknowledgement(key.object, now);
  const bool over = !last || (last->sent && last->notification.kind != wire::NotificationKind::problem);
  watch(key, !over);
  if (over) return set(key, std::nullopt);
  const auto state = check(key.object);
  const wire::Version& version = table_.find(key)->content.version;
  if (!last->sent && (!state || reason_holds(last->notification, *state))) {
    return set(key, Owed{last->notification, last->holder, version, now.steady});
  }
  auto recovery = state ? recovery_owed(*last, *state) : std::nullopt;
  set(key, recovery ? std::optional{Owed{std::move(*recovery), std::nullopt, version, now.steady}} : std::nullopt);
}

// One per object: a new acknowledgement replaces the last one.
void OwedNotifications::look_at_acknowledgement(const ObjectKey& object, Now now) {
  const RegisterKey key{object, wire::RegisterKind::acknowledgement, 0};
  const Row* row = table_.find(key);
  watch(key, row != nullptr);
  const auto state = check(object);
  auto notification = row != nullptr && state ? acknowledgement_to_notify(row->content, *state) : std::nullopt;
  if (!notification || !is_news(notification->cause, now.wall)) return set(key, std::nullopt);
  const RegisterKey notification_record = record_key(*notification);
  const auto last = record(notification_record);
  if (!last) return set(key, Owed{std::move(*notification), std::nullopt, row->content.version, now.steady});
  if (last->sent) return set(key, std::nullopt);
  set(key, Owed{std::move(*notification), last->holder, table_.find(notification_record)->content.version, now.steady});
}

void OwedNotifications::watch(const RegisterKey& key, bool wanted) {
  if (wanted) {
    watched_[key.object].insert(key);
    return;
  }
  const auto found = watched_.find(key.object);
  if (found == watched_.end()) return;
  found->second.erase(key);
  if (found->second.empty()) watched_.erase(found);
}

// A notification that was already owed keeps its time, unless the register behind it has changed.
void OwedNotifications::set(const RegisterKey& key, std::optional<Owed> owed) {
  if (!owed) {
    owed_.erase(key);
    return;
  }
  const auto [found, fresh] = owed_.try_emplace(key, *owed);
  if (fresh) return;
  const bool same = found->second.version == owed->version && record_key(found->second.notification) == record_key(owed->notification) &&
                    compare_keys(found->second.notification, owed->notification) == 0;
  if (!same) found->second = std::move(*owed);
}

bool OwedNotifications::is_due(const RegisterKey& key, const Owed& owed, SteadyTime now, const Patience& patience,
                               const Questions& questions) const {
  // Only the core where it was made asks for an acknowledgement by itself.
  const bool is_of_core = owed.notification.kind != wire::NotificationKind::acknowledgement || owed.version.writer == self_;
  const Millis wait = owed.holder ? patience.with_holder : is_of_core ? patience.with_core : Millis{0};
  if (now - owed.since < wait) return false;
  // Our own core was granted this problem and did not send it; it asks again by itself.
  if (owed.notification.kind == wire::NotificationKind::problem && owed.holder == self_) return false;
  return questions.notifies(key.object) && !questions.asked(record_key(owed.notification));
}

std::vector<wire::Notification> OwedNotifications::due(SteadyTime now, const Patience& patience, const Questions& questions) const {
  std::vector<wire::Notification> all;
  for (const auto& [key, owed] : owed_) {
    if (is_due(key, owed, now, patience, questions)) all.push_back(owed.notification);
  }
  return all;
}

}  // namespace merlin::cluster
