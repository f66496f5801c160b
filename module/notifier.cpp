#include "module/notifier.hpp"

#include <algorithm>

namespace merlin::neb {
namespace {

using Kind = wire::NotificationKind;

// Of a custom notification's options, as the core's command has them: it counts as one of the problem's.
constexpr std::uint32_t kIncrement = 4;

// Key and count alone: what was written need not be kept.
wire::NotifyDone done(std::uint64_t question, const wire::Notification& notification, bool sent, std::uint32_t contacts) {
  wire::NotifyDone answer{question, sent, contacts, notification, false};
  answer.notification.author.clear();
  answer.notification.text.clear();
  return answer;
}

}  // namespace

bool Notifier::counts(Kind kind) const { return is_normal(kind) || (kind == Kind::custom && (options_ & kIncrement) != 0); }

void Notifier::take_back(Index object, Kind kind) { core_.undo_notification(object, counts(kind)); }

void Notifier::ask(Index object, Notice notice, Now now) {
  const NotifyCount count = core_.notify_count(object);
  wire::Notification asked;
  asked.object = objects_.key(object);
  asked.kind = notice.kind;
  asked.number = static_cast<std::uint32_t>(std::max(0, count.number)) + (notice.kind != Kind::recovery && counts(notice.kind) ? 1U : 0U);
  asked.start = rows_.last_hard_ok(object);
  asked.author = std::move(notice.author);
  asked.text = std::move(notice.text);
  asked.state = count.state;
  asked.notified_on = count.notified_on;
  if (notice.kind == Kind::custom) asked.options = options_;
  if (!is_normal(notice.kind)) asked.cause = ownership_.side().next_version(now.wall).hlc;
  // A problem that begins before the row of this result is written is another one.
  if (notice.kind == Kind::recovery) {
    rows_.set_clocks(object, ownership_.side().next_version(now.wall).hlc, rows_.last_change(object));
  }
  requests_.add(object, std::move(asked), now.steady);
}

void Notifier::link_lost(SteadyTime now) {
  requests_.rewind();
  told_.rewind(now);
}

void Notifier::drop_unowned() {
  requests_.erase_if([this](const NotifierRequests::Waiting& waiting) { return !ownership_.owns(waiting.object); });
}

// Whether it is still so. What is not about a state happened, whatever came later.
bool Notifier::holds(Index object, const wire::Notification& notification) const {
  if (!is_normal(notification.kind)) return true;
  const NotifyCount count = core_.notify_count(object);
  if (notification.kind == Kind::recovery) return count.state == 0;
  // Others may know of a hard OK between that did not come here.
  return count.state != 0 && count.hard && rows_.last_hard_ok(object) <= notification.start;
}

// The core's number goes up when a contact was told, and comes with the row of whoever ran the object then.
bool Notifier::is_told(Index object, const wire::Notification& notification) const {
  const bool counted =
      notification.kind == Kind::problem && core_.notify_count(object).number >= static_cast<std::int64_t>(notification.number);
  return counted || told_.has(notification);
}

std::optional<wire::NotifyDone> Notifier::on_verdict(const wire::NotifyVerdict& verdict, bool may_act, Now now) {
  auto waiting = verdict.request != 0 ? requests_.take(verdict.request) : std::nullopt;
  const wire::Notification& notification = waiting ? waiting->notification : verdict.notification;
  const Index object = waiting ? waiting->object : objects_.find(notification.object);
  if (verdict.decision == wire::NotifyDecision::told && object != no_object) {
    if (may_act && holds(object, notification)) take_over_count(object, verdict.notification);
    return std::nullopt;
  }
  if (verdict.decision != wire::NotifyDecision::send) return std::nullopt;
  const wire::NotifyDone not_sent = done(verdict.question, notification, false, 0);
  if (object == no_object || requests_.is_overtaken(object, notification)) return not_sent;
  if (!may_act) {
    // Too late, or in doubt: it is asked for again.
    if (waiting && ownership_.owns(object)) requests_.put_back(*std::move(waiting));
    return not_sent;
  }
  if (!holds(object, notification)) return not_sent;
  // What no longer waits was dropped with the object: like what a node before us owed.
  if (waiting ? told_.has(notification) : is_told(object, notification)) return done(verdict.question, notification, true, 0);
  if (!waiting) prepare(object, notification);
  wire::NotifyDone answer = tell(object, notification);
  answer.question = verdict.question;
  if (answer.sent) {
    requests_.outdo(object, notification);
    told_.add(answer, true, now.steady);
  }
  return answer;
}

Index Notifier::tell_alone(Now now) {
  const auto waiting = requests_.take_oldest();
  if (!waiting) return no_object;
  const bool due = ownership_.owns(waiting->object) && holds(waiting->object, waiting->notification);
  if (!due || is_told(waiting->object, waiting->notification)) return waiting->object;
  wire::NotifyDone answer = tell(waiting->object, waiting->notification);
  if (answer.sent) told_.add(std::move(answer), false, now.steady);
  return waiting->object;
}

// Owed by a node before us: the core counts from where that one's did.
void Notifier::prepare(Index object, const wire::Notification& notification) {
  if (notification.kind != Kind::problem) return;
  rows_.set_clocks(object, notification.start, rows_.last_change(object));
  const NotifyCount count = core_.notify_count(object);
  core_.set_notify_count(object, static_cast<int>(std::max(1U, notification.number)) - 1, count.notified_on | notification.notified_on);
}

wire::NotifyDone Notifier::tell(Index object, const wire::Notification& notification) {
  const bool recovery = notification.kind == Kind::recovery;
  if (recovery) core_.set_notify_count(object, static_cast<int>(notification.number), notification.notified_on);
  const int contacts = core_.notify(object, notification);
  if (recovery) core_.set_notify_count(object, 0, 0);
  if (contacts > 0) ++told_count_;
  wire::NotifyDone answer = done(0, notification, contacts > 0, static_cast<std::uint32_t>(std::max(0, contacts)));
  answer.filtered = contacts == 0;
  return answer;
}

// Another node has told it: the core counts on as if it had itself.
void Notifier::take_over_count(Index object, const wire::Notification& told) {
  if (!is_normal(told.kind)) return;
  const NotifyCount count = core_.notify_count(object);
  if ((told.kind == Kind::recovery) != (count.state == 0)) return;
  if (told.kind == Kind::recovery) return core_.set_notify_count(object, 0, 0);
  // Two sides that were apart may count one problem from different starts: the later is the cluster's.
  if (told.start > rows_.last_hard_ok(object)) rows_.set_clocks(object, told.start, rows_.last_change(object));
  const int number = std::max(count.number, static_cast<int>(told.number));
  core_.set_notify_count(object, number, count.notified_on | told.notified_on | 1U << (told.state & 31));
  // Of another state the core tells as soon as it would by itself.
  if (told.state == count.state) core_.restart_notify_interval(object);
}

}  // namespace merlin::neb
