#include "module/agent/notifier.hpp"

#include <algorithm>
#include <utility>

#include "shared/cluster/interface/mutants.hpp"
#include "shared/wire/fit.hpp"

namespace merlin::neb {
namespace {

using Kind = wire::NotificationKind;

// An option of custom notifications in the core's command: the notification increments the problem's number.
constexpr std::uint32_t kIncrement = 4;

// Only the key and the number of contacts matter; texts are removed.
wire::NotifyDone done(std::uint64_t question, const wire::Notification& notification, bool sent, std::uint32_t contacts) {
  wire::NotifyDone answer{question, sent, contacts, notification, false, {}};
  answer.notification.author.clear();
  answer.notification.text.clear();
  return answer;
}

}  // namespace

bool Notifier::counts(Kind kind) const { return is_normal(kind) || (kind == Kind::custom && (options_ & kIncrement) != 0); }

void Notifier::take_back(Index object, Kind kind) {
  core_.undo_notification(object, counts(kind) && cluster::kMutant != cluster::Mutant::number_not_put_back);
}

// Otherwise a flapping object would fill the queue with outdated requests while no notification is granted.
void Notifier::drop_what_is_over(Index object, Now now) {
  requests_.drop_if(object, [&](const auto& waiting) { return !is_in_order(waiting, now) && !holds(object, waiting.notification); });
}

void Notifier::ask(Index object, Notice notice, Now now) {
  drop_what_is_over(object, now);
  const NotifyCount count = core_.notify_count(object);
  wire::Notification asked;
  asked.object = objects_.key(object);
  asked.kind = notice.kind;
  asked.number = static_cast<std::uint32_t>(std::max(0, count.number)) + (notice.kind != Kind::recovery && counts(notice.kind) ? 1U : 0U);
  asked.start = rows_.last_hard_ok(object);
  asked.author = std::move(notice.author);
  asked.text = std::move(notice.text);
  wire::fit(asked);
  asked.state = count.state;
  asked.notified_on = count.notified_on;
  if (notice.kind == Kind::custom) asked.options = options_;
  if (is_normal(notice.kind)) {
    follow_on(object, count, asked);
  } else {
    asked.cause = notice.cause != 0 ? notice.cause : ownership_.side().next_version(now.wall).hlc;
  }
  // A problem that begins before this result's row is written is a new one.
  if (notice.kind == Kind::recovery) {
    rows_.set_clocks(object, ownership_.side().next_version(now.wall).hlc, rows_.last_change(object));
  }
  requests_.add(object, std::move(asked), core_.notify_snapshot(object), now.steady);
}

// The core counts only sent notifications, but waiting ones of the same problem will be sent first. Its next results request the
// notifications that the core would send if it had sent those: for another state, and always for a volatile service.
void Notifier::follow_on(Index object, const NotifyCount& count, wire::Notification& asked) const {
  const NotifierRequests::Waiting* last = requests_.last_of_state(object);
  if (last == nullptr || last->notification.kind != Kind::problem || last->notification.start != asked.start) return;
  const wire::Notification& before = last->notification;
  const bool another = count.repeats || before.state != count.state;
  asked.number = asked.kind == Kind::recovery || !another ? before.number : before.number + 1;
  if (another) asked.notified_on |= before.notified_on | 1U << (before.state & 31);
}

void Notifier::hard_state(Index object, Now now) {
  drop_what_is_over(object, now);
  const NotifierRequests::Waiting* last = requests_.last_of_state(object);
  const bool waits = last != nullptr && last->notification.kind == Kind::problem && last->notification.start == rows_.last_hard_ok(object);
  if (waits && core_.notify_count(object).state == 0) ask(object, {Kind::recovery, {}, {}, 0}, now);
}

void Notifier::link_lost(SteadyTime now) {
  requests_.rewind();
  told_.rewind(now);
}

void Notifier::drop_unowned() {
  requests_.erase_if([this](const NotifierRequests::Waiting& waiting) { return !ownership_.owns(waiting.object); });
}

bool Notifier::is_in_order(const NotifierRequests::Waiting& waiting, Now now) const {
  return !waiting.disturbed && now.steady - waiting.asked < patience_;
}

// Whether the notification is still true. One that is not about a state remains true.
bool Notifier::holds(Index object, const wire::Notification& notification) const {
  if (!is_normal(notification.kind)) return true;
  const NotifyCount count = core_.notify_count(object);
  if (notification.kind == Kind::recovery) return count.state == 0;
  // Other nodes may know of a hard OK in between that this core never saw.
  return count.state != 0 && count.hard && rows_.last_hard_ok(object) <= notification.start;
}

// The core's number increases when a contact is notified, and arrives with the row of the then owner.
bool Notifier::is_told(Index object, const wire::Notification& notification) const {
  const bool counted =
      notification.kind == Kind::problem && core_.notify_count(object).number >= static_cast<std::int64_t>(notification.number);
  return counted || told_.has(notification);
}

std::optional<wire::NotifyDone> Notifier::on_verdict(const wire::NotifyVerdict& verdict, bool may_act, Now now) {
  const Index asked = objects_.find(verdict.notification.object);
  const NotifierRequests::Waiting* same = verdict.request == 0 ? requests_.find_event(asked, verdict.notification) : nullptr;
  // What waits before it is notified before it: the daemon asks again.
  const bool is_owed_state = verdict.request == 0 && is_normal(verdict.notification.kind);
  const bool comes_early = same != nullptr ? !requests_.is_first(*same) : is_owed_state && requests_.begins_with_event(asked);
  if (verdict.decision == wire::NotifyDecision::send && comes_early) return done(verdict.question, verdict.notification, false, 0);
  auto waiting = requests_.take(same != nullptr ? same->request : verdict.request);
  const wire::Notification& notification = waiting ? waiting->notification : verdict.notification;
  const Index object = waiting ? waiting->object : asked;
  if (verdict.decision == wire::NotifyDecision::told && object != kNoObject) {
    // The cluster has sent fewer of this problem than this core has counted: what follows counts from there.
    if (waiting && verdict.notification.kind == Kind::problem) requests_.sent_instead(*waiting, verdict.notification);
    if (may_act && holds(object, notification)) take_over_count(object, verdict.notification);
    return std::nullopt;
  }
  if (verdict.decision != wire::NotifyDecision::send) {
    if (waiting) requests_.unsent(*waiting);
    return std::nullopt;
  }
  const wire::NotifyDone not_sent = done(verdict.question, notification, false, 0);
  if (object == kNoObject || (!waiting && requests_.is_overtaken(object, notification))) return not_sent;
  if (!may_act) {
    // The grant came too late, or ownership is unconfirmed: the daemon is asked again.
    if (waiting && ownership_.owns(object)) requests_.put_back(*std::move(waiting));
    return not_sent;
  }
  if (!(waiting && is_in_order(*waiting, now)) && !holds(object, notification)) {
    if (waiting) requests_.unsent(*waiting);
    return not_sent;
  }
  // A request that no longer waits was dropped with its object, and is handled like one that the previous owner left open.
  if (waiting ? told_.has(notification) : is_told(object, notification)) return done(verdict.question, notification, true, 0);
  if (!waiting) take_over_start(object, notification);
  wire::NotifyDone answer = waiting ? tell(*waiting, now) : tell(object, notification);
  answer.question = verdict.question;
  if (answer.sent) {
    if (!waiting) requests_.outdo(object, notification);
    told_.add(answer, true, now.steady);
  } else if (waiting) {
    requests_.unsent(*waiting);
  }
  return answer;
}

Index Notifier::tell_alone(Now now) {
  const auto waiting = requests_.take_oldest();
  if (!waiting) return kNoObject;
  const bool due = ownership_.owns(waiting->object) && (is_in_order(*waiting, now) || holds(waiting->object, waiting->notification));
  if (due && is_told(waiting->object, waiting->notification)) return waiting->object;
  wire::NotifyDone answer;
  if (due) answer = tell(*waiting, now);
  if (answer.sent) {
    told_.add(std::move(answer), false, now.steady);
  } else {
    requests_.unsent(*waiting);
  }
  return waiting->object;
}

// Nodes that were separated may count one problem from different starts: the later start is the cluster's.
void Notifier::take_over_start(Index object, const wire::Notification& notification) {
  if (notification.kind != Kind::problem || notification.start <= rows_.last_hard_ok(object)) return;
  rows_.set_clocks(object, notification.start, rows_.last_change(object));
}

// With the object's present texts. The core counts on from the number of another node that owned the object meanwhile, even if that
// node's row has set the core's own number back.
wire::NotifyDone Notifier::tell(Index object, const wire::Notification& notification) {
  const bool recovery = notification.kind == Kind::recovery;
  const NotifyCount count = core_.notify_count(object);
  const int number = static_cast<int>(notification.number);
  if (recovery) core_.set_notify_count(object, number, notification.notified_on);
  if (notification.kind == Kind::problem && count.number < number)
    core_.set_notify_count(object, number - 1, count.notified_on | notification.notified_on);
  Notified notified = core_.notify(object, {notification});
  if (recovery) core_.set_notify_count(object, 0, 0);
  return answer_of(notification, std::move(notified));
}

// With the object's texts at the time of the request; a problem or recovery that is no longer in order (R4) gets the present texts.
wire::NotifyDone Notifier::tell(const NotifierRequests::Waiting& waiting, Now now) {
  const bool as_it_is = is_normal(waiting.notification.kind) && !is_in_order(waiting, now);
  if (as_it_is) return tell(waiting.object, waiting.notification);
  return answer_of(waiting.notification, tell_as_of(waiting));
}

wire::NotifyDone Notifier::answer_of(const wire::Notification& notification, Notified notified) {
  const int contacts = notified.contacts;
  if (contacts > 0) ++told_count_;
  wire::NotifyDone answer = done(0, notification, contacts > 0, static_cast<std::uint32_t>(std::max(0, contacts)));
  answer.filtered = contacts == 0;
  if (contacts > 0) answer.log = std::move(notified.log);
  return answer;
}

// The core keeps the new number only while the same problem lasts.
Notified Notifier::tell_as_of(const NotifierRequests::Waiting& waiting) {
  const Index object = waiting.object;
  const wire::Notification& notification = waiting.notification;
  if (!is_normal(notification.kind)) return core_.notify(object, {notification, &waiting.snapshot, false});
  const NotifyCount live = core_.notify_count(object);
  const bool problem = notification.kind == Kind::problem;
  const bool stands = problem && live.state != 0 && rows_.last_hard_ok(object) == notification.start;
  const int number = static_cast<int>(notification.number);
  core_.set_notify_count(object, problem ? std::max(number, 1) - 1 : number, notification.notified_on);
  Notified notified = core_.notify(object, {notification, &waiting.snapshot, stands});
  if (!stands) core_.set_notify_count(object, live.number, live.notified_on);
  return notified;
}

// Another node has sent it: the core counts as if it had sent it itself.
void Notifier::take_over_count(Index object, const wire::Notification& told) {
  if (!is_normal(told.kind)) return;
  const NotifyCount count = core_.notify_count(object);
  if ((told.kind == Kind::recovery) != (count.state == 0)) return;
  if (told.kind == Kind::recovery) return core_.set_notify_count(object, 0, 0);
  take_over_start(object, told);
  const int number = std::max(count.number, static_cast<int>(told.number));
  core_.set_notify_count(object, number, count.notified_on | told.notified_on | 1U << (told.state & 31));
  // For another state the core notifies as soon as it would by itself.
  if (told.state == count.state) core_.restart_notify_interval(object);
}

}  // namespace merlin::neb
