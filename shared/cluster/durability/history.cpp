#include "shared/cluster/durability/history.hpp"

#include <optional>
#include <string>
#include <utility>

#include "shared/wire/codec.hpp"

namespace merlin::cluster {
namespace {

using wire::EventAction;
using wire::EventKind;

// A value that cannot be decoded counts as empty.
template <class Value>
Value value_of(const wire::Register* content) {
  if (content == nullptr) return {};
  Result<Value> value = wire::decode<Value>(content->value);
  return value ? std::move(*value) : Value{};
}

wire::Event event(EventKind kind, EventAction action, std::string author = {}, std::string text = {}) {
  wire::Event made;
  made.kind = kind;
  made.action = action;
  made.author = std::move(author);
  made.text = std::move(text);
  return made;
}

// For modules that do not report what their core logged: a change of state, a further attempt, or a soft problem that becomes hard.
bool looks_like_alert(const wire::CheckRegister& before, const wire::CheckRegister& now) {
  if (now.current_state != before.current_state) return true;
  if (now.current_state == 0) return false;
  return now.state_type != before.state_type || (now.state_type == 0 && now.current_attempt != before.current_attempt);
}

wire::Event alert_of(const wire::CheckRegister& now, bool hard, std::uint32_t attempt) {
  wire::Event alert = event(EventKind::alert, EventAction::happened, {}, now.output);
  alert.state = now.current_state;
  alert.hard = hard;
  alert.attempt = attempt;
  return alert;
}

std::optional<wire::Event> alert_of(const wire::CheckRegister& now, const wire::CheckRegister* was, bool same_writer) {
  if (now.logged_as == wire::LoggedAs::soft) return alert_of(now, false, now.logged_attempt);
  if (now.logged_as == wire::LoggedAs::hard) return alert_of(now, true, now.logged_attempt);
  // A first state is not a change: this node may only just have learnt it.
  if (was == nullptr) return std::nullopt;
  // If the writer reports what its core logged, a changed state without an alert shows that the alert was dropped. If the previous
  // state is another writer's, two owners wrote at the same time, and this row repeats a state whose alert is already an event.
  const bool dropped = same_writer && now.current_state != was->current_state;
  const bool changed = now.logged_as == wire::LoggedAs::unknown ? looks_like_alert(*was, now) : dropped;
  if (!changed) return std::nullopt;
  return alert_of(now, now.state_type == 1, static_cast<std::uint32_t>(std::max(0, now.current_attempt)));
}

std::vector<wire::Event> of_check(const wire::Register& written, const wire::Register* before) {
  const auto now = value_of<wire::CheckRegister>(&written);
  const auto was = value_of<wire::CheckRegister>(before);
  const bool same_writer = before != nullptr && before->version.writer == written.version.writer;
  std::vector<wire::Event> events;
  if (auto alert = alert_of(now, before != nullptr ? &was : nullptr, same_writer)) events.push_back(*std::move(alert));
  if (before != nullptr && now.is_flapping != was.is_flapping) {
    wire::Event flapping = event(EventKind::flapping, now.is_flapping ? EventAction::started : EventAction::stopped);
    flapping.state = now.current_state;
    flapping.hard = now.state_type == 1;
    events.push_back(std::move(flapping));
  }
  return events;
}

// Commands that remove something contain no author.
wire::Event by_command(wire::Event removed) {
  removed.cause = "command";
  return removed;
}

// The comment of an acknowledgement is added and, unless it is persistent, removed with the acknowledgement: no event of its own.
bool is_event(const wire::CommentRegister& now, const wire::CommentRegister& was) {
  return now.deleted ? !was.of_acknowledgement || was.persistent : !now.of_acknowledgement;
}

std::vector<wire::Event> of_comment(const wire::Register& written, const wire::Register* before) {
  auto now = value_of<wire::CommentRegister>(&written);
  auto was = value_of<wire::CommentRegister>(before);
  if ((before != nullptr && was.deleted == now.deleted) || !is_event(now, was)) return {};
  if (!now.deleted) return {event(EventKind::comment, EventAction::added, std::move(now.author), std::move(now.text))};
  return {by_command(event(EventKind::comment, EventAction::removed, {}, std::move(was.text)))};
}

bool has_begun(const wire::DowntimeRegister& downtime) { return downtime.flexible_start_s != 0 || downtime.fixed_start_s != 0; }

std::vector<wire::Event> of_downtime(const wire::Register& written, const wire::Register* before) {
  const auto now = value_of<wire::DowntimeRegister>(&written);
  const auto was = value_of<wire::DowntimeRegister>(before);
  if (now.deleted) {
    if (before != nullptr && was.deleted) return {};
    if (now.ended) return {event(EventKind::downtime, EventAction::ended, {}, was.comment)};
    return {by_command(event(EventKind::downtime, EventAction::removed, {}, was.comment))};
  }
  std::vector<wire::Event> events;
  if (before == nullptr || was.deleted) events.push_back(event(EventKind::downtime, EventAction::added, now.author, now.comment));
  if (has_begun(now) && !has_begun(was)) events.push_back(event(EventKind::downtime, EventAction::started, now.author, now.comment));
  return events;
}

std::vector<wire::Event> of_acknowledgement(const wire::Register& written, const wire::Register* before) {
  auto now = value_of<wire::AcknowledgementRegister>(&written);
  auto was = value_of<wire::AcknowledgementRegister>(before);
  if (!now.set) {
    if (!was.set) return {};
    return {by_command(event(EventKind::acknowledgement, EventAction::removed, {}, std::move(was.text)))};
  }
  if (was.set && was.entry_s == now.entry_s && was.author == now.author && was.text == now.text) return {};
  return {event(EventKind::acknowledgement, EventAction::added, std::move(now.author), std::move(now.text))};
}

std::vector<wire::Event> of_attribute(const wire::Register& written, const wire::Register* before) {
  const auto now = value_of<wire::AttributeRegister>(&written);
  const auto was = value_of<wire::AttributeRegister>(before);
  if (now.name.empty() || (before != nullptr && was.value == now.value)) return {};
  return {event(EventKind::attribute, EventAction::happened, {}, now.name + "=" + now.value)};
}

std::vector<wire::Event> of_notification(const wire::Register& written, const wire::Register* before) {
  auto now = value_of<wire::NotificationRecord>(&written);
  if (!now.sent || now.contacts == 0 || now.holder != written.version.writer) return {};
  if (before != nullptr && before->rank == written.rank) return {};
  wire::Notification& notification = now.notification;
  wire::Event made = event(EventKind::notification, EventAction::happened, std::move(notification.author), std::move(notification.text));
  made.notification = notification.kind;
  // The core numbers a recovery one higher than the problem's last notification.
  made.attempt = notification.number + (notification.kind == wire::NotificationKind::recovery ? 1 : 0);
  made.state = notification.state;
  made.hard = true;
  made.contacts = now.contacts;
  return {std::move(made)};
}

}  // namespace

bool acknowledgement_holds(const wire::Register& acknowledgement, const wire::Register& check) {
  const auto content = value_of<wire::AcknowledgementRegister>(&acknowledgement);
  const auto state = value_of<wire::CheckRegister>(&check);
  const std::uint64_t made = acknowledgement.version.hlc;
  if (!content.set || state.current_state == 0 || made <= state.last_hard_ok_hlc) return false;
  return content.sticky || made > state.last_change_hlc;
}

std::optional<wire::Event> acknowledgement_ended(const wire::Register& acknowledgement, const wire::Register& before,
                                                 const wire::Register& now) {
  if (!acknowledgement_holds(acknowledgement, before) || acknowledgement_holds(acknowledgement, now)) return std::nullopt;
  wire::Event ended =
      event(EventKind::acknowledgement, EventAction::ended, {}, value_of<wire::AcknowledgementRegister>(&acknowledgement).text);
  ended.cause = value_of<wire::CheckRegister>(&now).current_state == 0 ? "recovery" : "state change";
  return ended;
}

std::vector<wire::Event> events_of(const wire::Register& written, const wire::Register* before) {
  switch (written.kind) {
    case wire::RegisterKind::check:
      return of_check(written, before);
    case wire::RegisterKind::comment:
      return of_comment(written, before);
    case wire::RegisterKind::downtime:
      return of_downtime(written, before);
    case wire::RegisterKind::acknowledgement:
      return of_acknowledgement(written, before);
    case wire::RegisterKind::attribute:
      return of_attribute(written, before);
    case wire::RegisterKind::notification:
      return of_notification(written, before);
    case wire::RegisterKind::forgotten:
      break;
  }
  return {};
}

}  // namespace merlin::cluster
