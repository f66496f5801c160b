// Validates registers: their times, and the contents that come from operators, plugins and notifications.
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "shared/wire/codec.hpp"
#include "shared/wire/field_checker.hpp"
#include "shared/wire/validate.hpp"
#include "shared/wire/validate_parts.hpp"

namespace merlin::wire {
namespace {

void check_offset(FieldChecker& fields, const char* field, const std::optional<std::int64_t>& offset_ms, std::int64_t base_ms) {
  if (offset_ms && !is_moment(*offset_ms, base_ms))
    fields.reject(RejectReason::time, std::string(field) + " is " + std::to_string(*offset_ms) + " ms from the row's time");
}

void check_offsets(FieldChecker& fields, const CheckRegister& state, std::int64_t base_ms) {
  check_offset(fields, "last_check", state.last_check, base_ms);
  check_offset(fields, "next_check", state.next_check, base_ms);
  check_offset(fields, "last_state_change", state.last_state_change, base_ms);
  check_offset(fields, "last_hard_state_change", state.last_hard_state_change, base_ms);
  check_offset(fields, "last_time_state_0", state.last_time_state_0, base_ms);
  check_offset(fields, "last_time_state_1", state.last_time_state_1, base_ms);
  check_offset(fields, "last_time_state_2", state.last_time_state_2, base_ms);
  check_offset(fields, "last_time_state_3", state.last_time_state_3, base_ms);
  check_offset(fields, "last_notification", state.last_notification, base_ms);
  check_offset(fields, "next_notification", state.next_notification, base_ms);
}

void check_numbers(FieldChecker& fields, const CheckRegister& state) {
  fields.number("current_state", std::int64_t{state.current_state}, 0, kMaxState);
  fields.number("last_state", std::int64_t{state.last_state}, 0, kMaxState);
  fields.number("last_hard_state", std::int64_t{state.last_hard_state}, 0, kMaxState);
  fields.number("state_type", std::int64_t{state.state_type}, 0, 1);
  fields.number("current_attempt", std::int64_t{state.current_attempt}, 0, kMaxAttempt);
  fields.number("notification_number", std::int64_t{state.notification_number}, 0, kMaxNotificationNumber);
  fields.number("logged_attempt", std::int64_t{state.logged_attempt}, 0, kMaxAttempt);
  fields.number("percent_state_change", state.percent_state_change, 0, kMaxPercent);
  fields.number("latency_s", state.latency_s, -kMaxSeconds, kMaxSeconds);
  fields.number("execution_time_s", state.execution_time_s, -kMaxSeconds, kMaxSeconds);
  fields.number("state_history_index", std::int64_t{state.state_history_index}, 0, std::int64_t{kMaxStateHistory} - 1);
  fields.count("bytes of state_history", state.state_history.size(), kMaxStateHistory);
  fields.count("numbers of forwarded results", state.taken.size(), kMaxTakenMarks);
}

void check_texts(FieldChecker& fields, CheckRegister& state) {
  const std::size_t total = state.output.size() + state.long_output.size() + state.perf_data.size();
  if (total > kMaxPluginBytes) {
    return fields.reject(RejectReason::text_too_long, "the plugin's texts have " + std::to_string(total) + " bytes; " +
                                                          std::to_string(kMaxPluginBytes) + " are allowed");
  }
  fields.line("output", state.output, kMaxPluginBytes);
  // A core stores its line breaks as two characters, "\n".
  fields.line("long_output", state.long_output, kMaxPluginBytes);
  fields.line("perf_data", state.perf_data, kMaxPluginBytes);
}

void check(FieldChecker& fields, CheckRegister& state, std::int64_t base_ms) {
  check_numbers(fields, state);
  check_offsets(fields, state, base_ms);
  check_texts(fields, state);
}

void check(FieldChecker& fields, AcknowledgementRegister& content, std::int64_t) {
  fields.line("author", content.author, kMaxAuthorBytes);
  fields.line("text", content.text, kMaxCommentBytes);
  fields.time_s("entry_s", content.entry_s);
}

void check(FieldChecker& fields, CommentRegister& content, std::int64_t) {
  fields.line("author", content.author, kMaxAuthorBytes);
  fields.line("text", content.text, kMaxCommentBytes);
  fields.time_s("entry_s", content.entry_s);
  fields.time_s("expire_s", content.expire_s);
}

void check(FieldChecker& fields, DowntimeRegister& content, std::int64_t) {
  fields.line("author", content.author, kMaxAuthorBytes);
  fields.line("comment", content.comment, kMaxCommentBytes);
  fields.time_s("entry_s", content.entry_s);
  fields.time_s("start_s", content.start_s);
  fields.time_s("end_s", content.end_s);
  fields.time_s("flexible_start_s", content.flexible_start_s);
  fields.time_s("fixed_start_s", content.fixed_start_s);
  if (content.start_s > content.end_s) {
    fields.reject(RejectReason::time,
                  "it ends at " + std::to_string(content.end_s) + ", before it starts at " + std::to_string(content.start_s));
  }
  const std::int64_t greatest = max_downtime_duration_s(content.fixed);
  if (content.duration_s < 0 || content.duration_s > greatest) {
    fields.reject(RejectReason::duration,
                  "duration_s is " + std::to_string(content.duration_s) + "; 0 to " + std::to_string(greatest) + " are allowed");
  }
}

// Attributes for which a core would accept any number.
struct NumericAttribute {
  std::string_view name;
  double least;
  double greatest;
};
constexpr std::array<NumericAttribute, 3> kNumericAttributes{{
    {"check_interval", 0, static_cast<double>(kMaxDuration_s)},
    {"retry_interval", 0, static_cast<double>(kMaxDuration_s)},
    {"max_attempts", 1, static_cast<double>(kMaxAttempt)},
}};

void check(FieldChecker& fields, AttributeRegister& content, std::int64_t) {
  fields.name("name", content.name, kMaxAttributeNameBytes);
  fields.line("value", content.value, kMaxAttributeValueBytes);
  for (const NumericAttribute& known : kNumericAttributes) {
    if (content.name != known.name) continue;
    double value = 0;
    const char* end = content.value.data() + content.value.size();
    const auto [rest, error] = std::from_chars(content.value.data(), end, value);
    if (error != std::errc() || rest != end) return fields.reject(RejectReason::number, content.name + " is not a number");
    fields.number(known.name.data(), value, known.least, known.greatest);
  }
}

void check(FieldChecker& fields, NotificationRecord& content, std::int64_t) {
  check_notification(fields, content.notification);
  fields.number("contacts", std::int64_t{content.contacts}, 0, kMaxContactsNotified);
  fields.time_s("told_s", content.told_s);
}

template <class Content>
bool validate_content(Content& content, const char* subject, const ObjectKey& object, std::int64_t base_ms, Rejects& rejects,
                      bool& corrected) {
  FieldChecker fields(rejects, subject, object);
  check(fields, content, base_ms);
  corrected = fields.corrected();
  return fields.good();
}

template <class Content>
bool validate_content(Content& content, const char* subject, std::int64_t base_ms, Rejects& rejects) {
  bool corrected = false;
  return validate_content(content, subject, {}, base_ms, rejects, corrected);
}

template <class Content>
bool validate_value(Register& row, const char* subject, Rejects& rejects) {
  Result<Content> content = decode<Content>(row.value);
  if (!content) {
    rejects.add(RejectReason::unreadable, std::string(subject) + ": " + content.error().what, row.object);
    return false;
  }
  bool corrected = false;
  const bool good = validate_content(*content, subject, row.object, row.base_ms, rejects, corrected);
  if (good && corrected) row.value = encode(*content);
  return good;
}

constexpr const char* kCheck = "check";
constexpr const char* kAcknowledgement = "acknowledgement";
constexpr const char* kComment = "comment";
constexpr const char* kDowntime = "downtime";
constexpr const char* kAttribute = "attribute";
constexpr const char* kNotificationRecord = "notification record";

}  // namespace

bool is_moment(std::int64_t offset_ms, std::int64_t base_ms) {
  return offset_ms >= -kEndOfTime_ms && offset_ms <= kEndOfTime_ms && base_ms + offset_ms < kEndOfTime_ms;
}

void check_notification(FieldChecker& fields, Notification& notification) {
  fields.number("number", std::int64_t{notification.number}, 0, kMaxNotificationNumber);
  fields.number("state", std::int64_t{notification.state}, 0, kMaxState);
  fields.line("author", notification.author, kMaxAuthorBytes);
  fields.line("text", notification.text, kMaxCommentBytes);
  notification.options &= kNotificationOptions;
}

std::int64_t max_downtime_duration_s(bool fixed) { return fixed ? kEndOfTime_s - 1 : kMaxDuration_s; }

bool validate(Register& row, Rejects& rejects) {
  FieldChecker fields(rejects, "row", row.object);
  fields.number("base_ms", row.base_ms, -kEndOfTime_ms, kEndOfTime_ms);
  if (row.value.size() > kMaxRegisterBytes) {
    fields.reject(RejectReason::text_too_long,
                  "its content has " + std::to_string(row.value.size()) + " bytes; " + std::to_string(kMaxRegisterBytes) + " are allowed");
  }
  if (!fields.good()) return false;
  switch (row.kind) {
    case RegisterKind::check:
      return validate_value<CheckRegister>(row, kCheck, rejects);
    case RegisterKind::acknowledgement:
      return validate_value<AcknowledgementRegister>(row, kAcknowledgement, rejects);
    case RegisterKind::comment:
      return validate_value<CommentRegister>(row, kComment, rejects);
    case RegisterKind::downtime:
      return validate_value<DowntimeRegister>(row, kDowntime, rejects);
    case RegisterKind::attribute:
      return validate_value<AttributeRegister>(row, kAttribute, rejects);
    case RegisterKind::notification:
      return validate_value<NotificationRecord>(row, kNotificationRecord, rejects);
    case RegisterKind::forgotten:
      if (row.value.empty()) return true;
      fields.reject(RejectReason::unreadable, "the register of a forgotten object has no content");
      return false;
  }
  fields.reject(RejectReason::unreadable, "its kind is not known");
  return false;
}

void validate(std::vector<Register>& rows, Rejects& rejects) {
  std::erase_if(rows, [&](Register& row) { return !validate(row, rejects); });
}

bool validate(CheckRegister& state, std::int64_t base_ms, Rejects& rejects) { return validate_content(state, kCheck, base_ms, rejects); }
bool validate(AcknowledgementRegister& content, Rejects& rejects) { return validate_content(content, kAcknowledgement, 0, rejects); }
bool validate(CommentRegister& content, Rejects& rejects) { return validate_content(content, kComment, 0, rejects); }
bool validate(DowntimeRegister& content, Rejects& rejects) { return validate_content(content, kDowntime, 0, rejects); }
bool validate(AttributeRegister& content, Rejects& rejects) { return validate_content(content, kAttribute, 0, rejects); }
bool validate(NotificationRecord& content, Rejects& rejects) { return validate_content(content, kNotificationRecord, 0, rejects); }

}  // namespace merlin::wire
