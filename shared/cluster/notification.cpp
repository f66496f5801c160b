#include "cluster/notification.hpp"

#include <algorithm>

#include "wire/codec.hpp"

namespace merlin::cluster {
namespace {

constexpr std::uint32_t kGreatestNumber = (1U << 14) - 1;
constexpr std::uint64_t kMillisecond = std::uint64_t{1} << 16;  // of a clock value

bool is_of_the_state(wire::NotificationKind kind) {
  return kind == wire::NotificationKind::problem || kind == wire::NotificationKind::recovery;
}

bool is_recovery(const wire::Notification& notification) { return notification.kind == wire::NotificationKind::recovery; }

std::uint64_t whole_milliseconds(std::uint64_t hlc) { return hlc & ~(kMillisecond - 1); }

wire::Notification problem_of(wire::Notification recovery) {
  recovery.kind = wire::NotificationKind::problem;
  return recovery;
}

bool is_hard(const wire::CheckRegister& check) { return check.state_type != 0; }

}  // namespace

RegisterKey told_key(const wire::Notification& notification) {
  if (is_of_the_state(notification.kind)) return {notification.object, wire::RegisterKind::told, 0};
  // One downtime causes several kinds.
  const std::uint64_t item = notification.cause ^ (static_cast<std::uint64_t>(notification.kind) << 56);
  return {notification.object, wire::RegisterKind::told, item == 0 ? 1 : item};
}

std::uint64_t told_rank(const wire::Notification& notification, bool sent) {
  const std::uint64_t last = sent ? 1 : 0;
  if (!is_of_the_state(notification.kind)) return last;
  const std::uint64_t recovery = is_recovery(notification) ? 1 : 0;
  const std::uint64_t number = std::min(notification.number, kGreatestNumber);
  return whole_milliseconds(notification.start) | recovery << 15 | number << 1 | last;
}

std::strong_ordering compare_keys(const wire::Notification& one, const wire::Notification& other) {
  return told_rank(one, false) <=> told_rank(other, false);
}

bool well_since(std::uint64_t start, const wire::CheckRegister& check) {
  return whole_milliseconds(check.last_hard_ok_hlc) > whole_milliseconds(start);
}

std::optional<wire::Notification> proven_told(const wire::ToldRegister& told) {
  wire::Notification last = told.notification;
  if (told.sent) return last;
  if (!is_of_the_state(last.kind)) return std::nullopt;
  if (is_recovery(last)) return problem_of(last);
  if (last.number <= 1) return std::nullopt;
  --last.number;
  return last;
}

std::optional<wire::Notification> recovery_owed(const wire::ToldRegister& told, const wire::CheckRegister& check) {
  std::optional<wire::Notification> owed = proven_told(told);
  if (!owed || owed->kind != wire::NotificationKind::problem) return std::nullopt;
  owed->kind = wire::NotificationKind::recovery;
  owed->state = 0;
  if (!reason_holds(*owed, check)) return std::nullopt;
  return owed;
}

std::optional<wire::Notification> acknowledgement_to_tell(const wire::Register& row, const wire::CheckRegister& check) {
  const auto acknowledgement = wire::decode<wire::AcknowledgementRegister>(row.value);
  if (!acknowledgement || !acknowledgement->set || !acknowledgement->notify || check.current_state == 0) return std::nullopt;
  const std::uint64_t made = row.version.hlc;
  if (made <= check.last_hard_ok_hlc) return std::nullopt;
  if (!acknowledgement->sticky && made <= check.last_change_hlc) return std::nullopt;
  wire::Notification notification;
  notification.object = row.object;
  notification.kind = wire::NotificationKind::acknowledgement;
  notification.cause = made;
  notification.author = acknowledgement->author;
  notification.text = acknowledgement->text;
  notification.state = check.current_state;
  return notification;
}

bool reason_holds(const wire::Notification& notification, const wire::CheckRegister& check) {
  const bool well = well_since(notification.start, check);
  if (notification.kind == wire::NotificationKind::problem) return !well && is_hard(check) && check.current_state != 0;
  if (notification.kind == wire::NotificationKind::recovery) return well && is_hard(check) && check.current_state == 0;
  return true;
}

wire::Notification in_terms_of(const wire::ToldRegister& told, wire::Notification notification) {
  const std::uint64_t last = whole_milliseconds(told.notification.start);
  if (!is_of_the_state(notification.kind) || last <= whole_milliseconds(notification.start)) return notification;
  notification.start = last;
  // What was told has ended there, and is a problem here.
  if (is_recovery(told.notification) && !is_recovery(notification)) notification.start += kMillisecond;
  return notification;
}

bool Electorate::is_majority(const std::set<NodeId>& granted) const {
  const auto counts = [&](const NodeId& id) { return id == self ? self_votes : others.contains(id); };
  const std::size_t all = others.size() + (self_votes ? 1 : 0);
  const auto have = static_cast<std::size_t>(std::count_if(granted.begin(), granted.end(), counts));
  if (2 * have != all) return 2 * have > all;
  std::optional<NodeId> decides = tie;
  if (!decides && all > 2) decides = self_votes ? std::min(self, *others.begin()) : *others.begin();
  return decides && granted.contains(*decides) && counts(*decides);
}

}  // namespace merlin::cluster
