#include "shared/cluster/notification/facts.hpp"

#include <algorithm>
#include <tuple>

#include "shared/cluster/interface/content.hpp"
#include "shared/cluster/notification/environment.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::cluster {
namespace {

// A rank consists of 58 bits of the start's clock (until the year 2109), 1 bit for a recovery, 4 bits of the number, and 1 bit for
// sent. Above that number the version decides.
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

RegisterKey record_key(const wire::Notification& notification) {
  if (is_of_the_state(notification.kind)) return {notification.object, wire::RegisterKind::notification, 0};
  // One downtime causes notifications of several kinds.
  const std::uint64_t item = notification.cause ^ (static_cast<std::uint64_t>(notification.kind) << 56);
  return {notification.object, wire::RegisterKind::notification, item == 0 ? 1 : item};
}

std::uint64_t record_rank(const wire::Notification& notification, bool sent) {
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

std::optional<wire::Notification> proven_sent(const wire::NotificationRecord& record) {
  wire::Notification last = record.notification;
  if (record.sent) return last;
  if (!is_of_the_state(last.kind)) return std::nullopt;
  if (is_recovery(last)) return problem_of(last);
  if (last.number <= 1) return std::nullopt;
  --last.number;
  return last;
}

bool covers(const wire::Notification& proven, std::uint64_t sent_by, const wire::Notification& notification) {
  if (compare_keys(notification, proven) <= 0) return true;
  if (proven.kind != notification.kind || !is_of_the_state(proven.kind)) return false;
  // A recovery is notified once until there is a new problem.
  if (is_recovery(proven)) return true;
  // Another node notified it with an earlier start, but after the last hard OK here: it is the same problem.
  return sent_by > notification.start && notification.number <= proven.number;
}

std::optional<wire::Notification> recovery_owed(const wire::NotificationRecord& record, const wire::CheckRegister& check) {
  std::optional<wire::Notification> owed = proven_sent(record);
  if (!owed || owed->kind != wire::NotificationKind::problem) return std::nullopt;
  owed->kind = wire::NotificationKind::recovery;
  owed->notified_on |= 1U << (owed->state & 31);  // a recovery lists what was notified before it
  owed->state = 0;
  if (!reason_holds(*owed, check)) return std::nullopt;
  return owed;
}

std::optional<wire::Notification> acknowledgement_to_notify(const wire::Register& row, const wire::CheckRegister& check) {
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

wire::Notification in_terms_of(const wire::NotificationRecord& record, wire::Notification notification) {
  if (!is_of_the_state(notification.kind) || record.notification.start < notification.start) return notification;
  // The recorded problem has ended on the other side, and continues here.
  const bool goes_on = is_recovery(record.notification) && !is_recovery(notification);
  if (record.notification.start == notification.start && !(goes_on && record.sent)) return notification;
  notification.start = record.notification.start;
  if (goes_on) ++notification.start;
  return notification;
}

std::optional<wire::NotificationRecord> NotificationFacts::record(const RegisterKey& key) const {
  return content_of<wire::NotificationRecord>(environment_.find(key));
}

std::optional<wire::CheckRegister> NotificationFacts::check(const ObjectKey& object) const {
  return content_of<wire::CheckRegister>(environment_.find({object, wire::RegisterKind::check, 0}));
}

bool NotificationFacts::is_true(const wire::Notification& notification) const {
  const auto state = check(notification.object);
  return state && reason_holds(notification, *state);
}

wire::Notification NotificationFacts::as_counted(const wire::Notification& notification) const {
  const RegisterKey key = record_key(notification);
  const auto last = record(key);
  const auto state = check(notification.object);
  if (!last || !environment_.may_have_sent(key, *last) ||
      (state && notification.kind == wire::NotificationKind::problem && well_since(notification.start, *state))) {
    return notification;
  }
  return in_terms_of(*last, notification);
}

NotificationStatus NotificationFacts::status(const wire::Notification& notification, const std::optional<NodeId>& in_order_of) const {
  const auto state = check(notification.object);
  if (state && notification.kind == wire::NotificationKind::problem && well_since(notification.start, *state)) {
    const wire::Register* row = environment_.find({notification.object, wire::RegisterKind::check, 0});
    if (!in_order_of || row->version.writer != *in_order_of) return NotificationStatus::stale;
  }
  const RegisterKey key = record_key(notification);
  const auto last = record(key);
  // The next problem of the node whose recovery the record is about: it asks for them in order, and its record that the recovery
  // is sent may come behind the question.
  const bool is_next = last && in_order_of == last->holder && is_recovery(last->notification) &&
                       notification.kind == wire::NotificationKind::problem && notification.start > last->notification.start;
  if (is_next) return NotificationStatus::open;
  const auto proven = last && environment_.may_have_sent(key, *last) ? proven_sent(*last) : std::nullopt;
  const bool is_sent = proven && covers(*proven, environment_.find(key)->version.hlc, notification);
  return is_sent ? NotificationStatus::sent : NotificationStatus::open;
}

}  // namespace merlin::cluster
