#include "cluster/history.hpp"

#include <optional>
#include <string>
#include <utility>

#include "wire/codec.hpp"

namespace merlin::cluster {
namespace {

using wire::EventAction;
using wire::EventKind;

// What cannot be read says nothing.
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

// As a core logs it: each change of the state, each attempt at a problem, and its becoming hard.
bool is_alert(const wire::CheckRegister& before, const wire::CheckRegister& now) {
  if (now.current_state != before.current_state) return true;
  if (now.current_state == 0) return false;
  return now.state_type != before.state_type || (now.state_type == 0 && now.current_attempt != before.current_attempt);
}

// A first state is no change: it may be one that this node has only just learnt.
std::vector<wire::Event> of_check(const wire::Register& written, const wire::Register* before) {
  if (before == nullptr) return {};
  const auto now = value_of<wire::CheckRegister>(&written);
  const auto was = value_of<wire::CheckRegister>(before);
  std::vector<wire::Event> events;
  if (is_alert(was, now)) {
    wire::Event alert = event(EventKind::alert, EventAction::happened, {}, now.output);
    alert.attempt = static_cast<std::uint32_t>(std::max(0, now.current_attempt));
    events.push_back(std::move(alert));
  }
  if (now.is_flapping != was.is_flapping) {
    events.push_back(event(EventKind::flapping, now.is_flapping ? EventAction::started : EventAction::stopped));
  }
  for (wire::Event& made : events) {
    made.state = now.current_state;
    made.hard = now.state_type == 1;
  }
  return events;
}

std::vector<wire::Event> of_comment(const wire::Register& written, const wire::Register* before) {
  auto now = value_of<wire::CommentRegister>(&written);
  auto was = value_of<wire::CommentRegister>(before);
  if (before != nullptr && was.deleted == now.deleted) return {};
  if (!now.deleted) return {event(EventKind::comment, EventAction::added, std::move(now.author), std::move(now.text))};
  return {event(EventKind::comment, EventAction::removed, std::move(was.author), std::move(was.text))};
}

std::vector<wire::Event> of_downtime(const wire::Register& written, const wire::Register* before) {
  auto now = value_of<wire::DowntimeRegister>(&written);
  auto was = value_of<wire::DowntimeRegister>(before);
  const bool starts = !now.deleted && now.flexible_start_s != 0 && was.flexible_start_s == 0;
  if (before != nullptr && was.deleted == now.deleted && !starts) return {};
  if (now.deleted) return {event(EventKind::downtime, EventAction::removed, std::move(was.author), std::move(was.comment))};
  const bool added = before == nullptr;
  return {event(EventKind::downtime, added ? EventAction::added : EventAction::started, std::move(now.author), std::move(now.comment))};
}

std::vector<wire::Event> of_acknowledgement(const wire::Register& written, const wire::Register* before) {
  auto now = value_of<wire::AcknowledgementRegister>(&written);
  auto was = value_of<wire::AcknowledgementRegister>(before);
  if (!now.set) {
    if (!was.set) return {};
    return {event(EventKind::acknowledgement, EventAction::removed, std::move(was.author), std::move(was.text))};
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

std::vector<wire::Event> of_told(const wire::Register& written, const wire::Register* before) {
  auto now = value_of<wire::ToldRegister>(&written);
  if (!now.sent || now.contacts == 0 || now.holder != written.version.writer) return {};
  if (before != nullptr && before->rank == written.rank) return {};
  wire::Notification& told = now.notification;
  wire::Event made = event(EventKind::notification, EventAction::happened, std::move(told.author), std::move(told.text));
  made.notification = told.kind;
  made.attempt = told.number;
  made.state = told.state;
  made.hard = true;
  made.contacts = now.contacts;
  return {std::move(made)};
}

}  // namespace

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
    case wire::RegisterKind::told:
      return of_told(written, before);
  }
  return {};
}

}  // namespace merlin::cluster
