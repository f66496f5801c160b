// Validates notifications between daemons, and events.
#include <algorithm>

#include "shared/wire/field_checker.hpp"
#include "shared/wire/text.hpp"
#include "shared/wire/validate.hpp"
#include "shared/wire/validate_parts.hpp"

namespace merlin::wire {
namespace {

template <class Message>
bool validate_with_notification(Message& message, Rejects& rejects) {
  return validate(message.notification, rejects);
}

// Corrects a text instead of rejecting the event: without the event, its stream would have a gap that is requested again and again.
void correct_text(std::string& text, std::size_t max_bytes, Rejects& rejects) {
  if (has_line_break(text)) rejects.add(RejectReason::line_break, "event: a text has a line break");
  if (cut(text, max_bytes)) rejects.add(RejectReason::text_too_long, "event: a text is too long");
  clean_line(text);
}

template <class Number>
void correct_number(Number& number, Number least, Number greatest, RejectReason reason, const char* field, Rejects& rejects) {
  if (number >= least && number <= greatest) return;
  rejects.add(reason, std::string("event: ") + field + " is " + std::to_string(number));
  number = std::clamp(number, least, greatest);
}

}  // namespace

bool validate(Notification& notification, Rejects& rejects) {
  FieldChecker fields(rejects, "notification", notification.object);
  check_notification(fields, notification);
  return fields.good();
}

bool validate(NotifyAsk& message, Rejects& rejects) { return validate_with_notification(message, rejects); }
bool validate(NotifyVoid& message, Rejects& rejects) { return validate_with_notification(message, rejects); }
bool validate(NotifyTell& message, Rejects& rejects) { return validate_with_notification(message, rejects); }

// The vote counts even if some of its rows are rejected.
bool validate(NotifyReply& message, Rejects& rejects) {
  FieldChecker fields(rejects, "vote");
  fields.count("rows", message.rows.size(), kMaxRowsInReply);
  if (!fields.good()) return false;
  validate(message.rows, rejects);
  return true;
}

bool validate(EventMarks& message, Rejects& rejects) {
  FieldChecker fields(rejects, "event positions");
  fields.count("streams", message.marks.size(), kMaxEventMarks);
  return fields.good();
}

bool validate(EventsAsk&, Rejects&) { return true; }

bool validate(Event& event, Rejects& rejects) {
  correct_text(event.host, kMaxObjectNameBytes, rejects);
  correct_text(event.service, kMaxObjectNameBytes, rejects);
  correct_text(event.author, kMaxEventTextBytes, rejects);
  correct_text(event.text, kMaxEventTextBytes, rejects);
  correct_text(event.cause, kMaxEventTextBytes, rejects);
  correct_log(event.log, {}, rejects);
  correct_number(event.time_ms, std::int64_t{0}, kEndOfTime_ms - 1, RejectReason::time, "time_ms", rejects);
  correct_number(event.state, 0, kMaxState, RejectReason::number, "state", rejects);
  correct_number(event.attempt, 0U, static_cast<std::uint32_t>(kMaxAttempt), RejectReason::number, "attempt", rejects);
  correct_number(event.contacts, 0U, kMaxContactsNotified, RejectReason::number, "contacts", rejects);
  return true;
}

bool validate(Events& message, Rejects& rejects) {
  FieldChecker fields(rejects, "events");
  fields.count("events", message.events.size(), kMaxEventsInMessage);
  if (!fields.good()) return false;
  for (Event& event : message.events) validate(event, rejects);
  return true;
}

}  // namespace merlin::wire
