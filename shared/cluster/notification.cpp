#include "cluster/notification.hpp"

#include <algorithm>
#include <tuple>

#include "wire/codec.hpp"

namespace merlin::cluster {
namespace {

// A rank: 58 bits of the start's clock (until the year 2109), recovery, 4 bits of the number, sent. Beyond that number
// the version decides.
constexpr std::uint64_t kGreatestStart = (std::uint64_t{1} << 58) - 1;
constexpr std::uint32_t kGreatestNumber = 15;

bool is_of_the_state(wire::NotificationKind kind) {
  return kind == wire::NotificationKind::problem || kind == wire::NotificationKind::recovery;
}

bool is_recovery(const wire::Notification& notification) { return notification.kind == wire::NotificationKind::recovery; }

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
  return std::min(notification.start, kGreatestStart) << 6 | recovery << 5 | number << 1 | last;
}

std::strong_ordering compare_keys(const wire::Notification& one, const wire::Notification& other) {
  if (!is_of_the_state(one.kind) || !is_of_the_state(other.kind)) return std::strong_ordering::equal;
  return std::tuple(one.start, is_recovery(one), one.number) <=> std::tuple(other.start, is_recovery(other), other.number);
}

bool well_since(std::uint64_t start, const wire::CheckRegister& check) { return check.last_hard_ok_hlc > start; }

std::optional<wire::Notification> proven_told(const wire::ToldRegister& told) {
  wire::Notification last = told.notification;
  if (told.sent) return last;
  if (!is_of_the_state(last.kind)) return std::nullopt;
  if (is_recovery(last)) return problem_of(last);
  if (last.number <= 1) return std::nullopt;
  --last.number;
  return last;
}

bool says_already(const wire::Notification& proven, std::uint64_t told_by, const wire::Notification& notification) {
  if (compare_keys(notification, proven) <= 0) return true;
  if (proven.kind != notification.kind || !is_of_the_state(proven.kind)) return false;
  // Well again is said once until a problem is told.
  if (is_recovery(proven)) return true;
  // Told elsewhere, of an earlier start, but after the last time that it was well here: the same problem.
  return told_by > notification.start && notification.number <= proven.number;
}

std::optional<wire::Notification> recovery_owed(const wire::ToldRegister& told, const wire::CheckRegister& check) {
  std::optional<wire::Notification> owed = proven_told(told);
  if (!owed || owed->kind != wire::NotificationKind::problem) return std::nullopt;
  owed->kind = wire::NotificationKind::recovery;
  owed->notified_on |= 1U << (owed->state & 31);  // it says what was told before it
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
  if (!is_of_the_state(notification.kind) || told.notification.start <= notification.start) return notification;
  notification.start = told.notification.start;
  // What was told has ended there, and is a problem here.
  if (is_recovery(told.notification) && !is_recovery(notification)) ++notification.start;
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
