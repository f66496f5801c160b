// Registers that are valid, and the result of validating a message.
#pragma once

#include <rapidcheck.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "shared/wire/codec.hpp"
#include "shared/wire/codec_fields_events.hpp"
#include "shared/wire/codec_fields_link.hpp"
#include "shared/wire/codec_fields_state.hpp"
#include "shared/wire/fit.hpp"
#include "shared/wire/text.hpp"
#include "shared/wire/validate.hpp"
#include "tests/unit/codec_generator.hpp"

namespace merlin::wire {

// A text that would become an object of its own in a retention file.
inline const std::string kForged = "fine\n\t}\nservice {\nhost_name=host0001\ncheck_command=evil";

inline constexpr std::int64_t kNow_ms = 1'790'000'000'000;
inline constexpr std::int64_t kNow_s = kNow_ms / 1000;
inline constexpr std::int64_t kHuge = std::int64_t{1} << 62;

inline CheckRegister good_check() {
  CheckRegister state;
  state.current_state = state.last_state = state.last_hard_state = 2;
  state.state_type = 1;
  state.current_attempt = 3;
  state.percent_state_change = 12.5;
  state.latency_s = 0.2;
  state.output = "CRITICAL: caf\xc3\xa9\tdown";
  state.long_output = "one\\ntwo";
  state.perf_data = "time=1s;2;3";
  state.state_history = std::string(21, '\2');
  state.last_check = -1000;
  state.next_check = 60'000;
  return state;
}

inline AcknowledgementRegister good_acknowledgement() { return {true, true, false, false, "anna", "on it", kNow_s}; }
inline CommentRegister good_comment() { return {false, "anna", "looks odd", kNow_s, true, true, kNow_s + 60}; }
inline AttributeRegister good_attribute() { return {"check_interval", "2.5"}; }

inline DowntimeRegister good_downtime() {
  DowntimeRegister content;
  content.author = "anna";
  content.comment = "new disk";
  content.entry_s = content.start_s = kNow_s;
  content.end_s = kNow_s + 900;
  content.duration_s = 900;
  return content;
}

inline NotificationRecord good_record() {
  NotificationRecord record;
  record.notification.kind = NotificationKind::custom;
  record.notification.number = 2;
  record.notification.author = "anna";
  record.notification.text = "look";
  record.notification.state = 2;
  record.contacts = 3;
  record.told_s = kNow_s;
  return record;
}

template <class Content>
Register row_of(RegisterKind kind, const Content& content) {
  Register row;
  row.object = {7, 8};
  row.kind = kind;
  row.base_ms = kNow_ms;
  row.value = encode(content);
  return row;
}

inline std::string reason_of(const Rejects& rejects) {
  std::string reasons;
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    const auto reason = static_cast<RejectReason>(i);
    if (rejects.count(reason) > 0) reasons += (reasons.empty() ? "" : " ") + std::string(word_of(reason));
  }
  return reasons;
}

// A message with these members set.
template <class Message>
Message made(const std::function<void(Message&)>& set) {
  Message message;
  set(message);
  return message;
}

template <class Message>
std::string rejected(Message message) {
  Rejects rejects;
  const bool good = validate(message, rejects);
  return good && rejects.empty() ? "" : reason_of(rejects) + (good ? " corrected" : "");
}

}  // namespace merlin::wire
