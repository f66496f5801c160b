#include "cluster/notification_owed.hpp"

#include <utility>

#include "cluster/versions.hpp"
#include "wire/codec.hpp"

namespace merlin::cluster {
namespace {

bool is_news(std::uint64_t made, WallTime now) {
  const std::uint64_t wall = hlc_of(now);
  return wall <= made || (wall - made) >> 16 < static_cast<std::uint64_t>(kAcknowledgementIsNews.count());
}

}  // namespace

std::optional<wire::CheckRegister> OwedNotifications::check(const ObjectKey& object) {
  const Row* row = table_.find({object, wire::RegisterKind::check, 0});
  if (row == nullptr) return std::nullopt;
  auto content = wire::decode<wire::CheckRegister>(row->content.value);
  if (!content) return std::nullopt;
  return std::move(*content);
}

std::optional<wire::ToldRegister> OwedNotifications::told_at(const RegisterKey& key) {
  const Row* row = table_.find(key);
  if (row == nullptr) return std::nullopt;
  auto content = wire::decode<wire::ToldRegister>(row->content.value);
  if (!content) return std::nullopt;
  return std::move(*content);
}

void OwedNotifications::follow(Now now, const std::function<void(const RegisterKey&)>& changed) {
  for (auto change = table_.after(followed_); change != table_.end(); ++change) {
    const RegisterKey key = key_of(change->second->content);
    if (key.kind == wire::RegisterKind::told) {
      look_at_told(key, now);
      changed(key);
    } else if (key.kind == wire::RegisterKind::acknowledgement) {
      look_at_acknowledgement(key.object, now);
    } else if (key.kind == wire::RegisterKind::check) {
      changed({key.object, wire::RegisterKind::told, 0});
      const auto watched = watched_.find(key.object);
      if (watched == watched_.end()) continue;
      for (const RegisterKey& concerned : std::set<RegisterKey>(watched->second)) {
        concerned.kind == wire::RegisterKind::told ? look_at_told(concerned, now) : look_at_acknowledgement(concerned.object, now);
      }
    }
  }
  followed_ = table_.head();
}

void OwedNotifications::look_at_told(const RegisterKey& key, Now now) {
  const auto told = told_at(key);
  if (told && told->notification.kind == wire::NotificationKind::acknowledgement) return look_at_acknowledgement(key.object, now);
  const bool over = !told || (told->sent && told->notification.kind != wire::NotificationKind::problem);
  watch(key, !over);
  if (over) return set(key, std::nullopt);
  const auto state = check(key.object);
  const wire::Version& version = table_.find(key)->content.version;
  if (!told->sent && (!state || reason_holds(told->notification, *state))) {
    return set(key, Owed{told->notification, told->holder, version, now.steady});
  }
  auto recovery = state ? recovery_owed(*told, *state) : std::nullopt;
  set(key, recovery ? std::optional{Owed{std::move(*recovery), std::nullopt, version, now.steady}} : std::nullopt);
}

// One an object: an acknowledgement replaces the last.
void OwedNotifications::look_at_acknowledgement(const ObjectKey& object, Now now) {
  const RegisterKey key{object, wire::RegisterKind::acknowledgement, 0};
  const Row* row = table_.find(key);
  watch(key, row != nullptr);
  const auto state = check(object);
  auto notification = row != nullptr && state ? acknowledgement_to_tell(row->content, *state) : std::nullopt;
  if (!notification || !is_news(notification->cause, now.wall)) return set(key, std::nullopt);
  const RegisterKey told_register = told_key(*notification);
  const auto told = told_at(told_register);
  if (!told) return set(key, Owed{std::move(*notification), std::nullopt, row->content.version, now.steady});
  if (told->sent) return set(key, std::nullopt);
  set(key, Owed{std::move(*notification), told->holder, table_.find(told_register)->content.version, now.steady});
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

// What was owed already keeps its time, unless somebody has asked for it since.
void OwedNotifications::set(const RegisterKey& key, std::optional<Owed> owed) {
  if (!owed) {
    owed_.erase(key);
    return;
  }
  const auto [found, fresh] = owed_.try_emplace(key, *owed);
  if (fresh) return;
  const bool same = found->second.version == owed->version && told_key(found->second.notification) == told_key(owed->notification) &&
                    compare_keys(found->second.notification, owed->notification) == 0;
  if (!same) found->second = std::move(*owed);
}

bool OwedNotifications::is_due(const RegisterKey& key, const Owed& owed, SteadyTime now, const Patience& patience,
                               const Questions& questions) const {
  if (now - owed.since < (owed.holder ? patience.with_holder : patience.with_core)) return false;
  // A problem that our own core was let tell and did not: it says so again by itself.
  if (owed.notification.kind == wire::NotificationKind::problem && owed.holder == self_) return false;
  return questions.tells(key.object) && !questions.asked(told_key(owed.notification));
}

std::vector<wire::Notification> OwedNotifications::due(SteadyTime now, const Patience& patience, const Questions& questions) const {
  std::vector<wire::Notification> all;
  for (const auto& [key, owed] : owed_) {
    if (is_due(key, owed, now, patience, questions)) all.push_back(owed.notification);
  }
  return all;
}

}  // namespace merlin::cluster
