#include "shared/wire/fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"
#include "shared/wire/validate_parts.hpp"

namespace merlin::wire {
namespace {

void fit_line(std::string& text, std::size_t max_bytes) {
  cut(text, max_bytes);
  clean_line(text);
}

void fit_number(double& value, double least, double greatest) { value = std::isfinite(value) ? std::clamp(value, least, greatest) : 0; }

void fit_offset(std::optional<std::int64_t>& offset_ms, std::int64_t base_ms) {
  if (offset_ms && !is_moment(*offset_ms, base_ms)) offset_ms.reset();
}

// A truncated value would be another value.
void fit_performance_data(std::string& text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    const std::size_t space = text.rfind(' ', max_bytes);
    text.resize(space == std::string::npos ? 0 : space);
  }
  clean_line(text);
}

// The core stores a line feed as "\n" in two characters, and a backslash as two.
void fit_escaped_lines(std::string& text, std::size_t max_bytes) {
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) text.replace(at, 1, "\\n");
  const bool was_cut = cut(text, max_bytes);
  clean_line(text);
  if (!was_cut) return;
  const std::size_t end = text.find_last_not_of('\\');
  const std::size_t backslashes = text.size() - (end == std::string::npos ? 0 : end + 1);
  if (backslashes % 2 == 1) text.pop_back();
}

}  // namespace

void fit(CheckRegister& state, std::int64_t base_ms) {
  state.current_state = std::clamp(state.current_state, 0, kMaxState);
  state.last_state = std::clamp(state.last_state, 0, kMaxState);
  state.last_hard_state = std::clamp(state.last_hard_state, 0, kMaxState);
  state.state_type = std::clamp(state.state_type, 0, 1);
  state.current_attempt = std::clamp(state.current_attempt, 0, kMaxAttempt);
  state.notification_number = std::clamp(state.notification_number, 0, kMaxNotificationNumber);
  state.logged_attempt = std::min(state.logged_attempt, static_cast<std::uint32_t>(kMaxAttempt));
  state.state_history_index = std::min(state.state_history_index, static_cast<std::uint32_t>(kMaxStateHistory - 1));
  fit_number(state.percent_state_change, 0, kMaxPercent);
  fit_number(state.latency_s, -kMaxSeconds, kMaxSeconds);
  fit_number(state.execution_time_s, -kMaxSeconds, kMaxSeconds);
  for (auto* offset :
       {&state.last_check, &state.next_check, &state.last_state_change, &state.last_hard_state_change, &state.last_time_state_0,
        &state.last_time_state_1, &state.last_time_state_2, &state.last_time_state_3, &state.last_notification, &state.next_notification}) {
    fit_offset(*offset, base_ms);
  }
  if (state.state_history.size() > kMaxStateHistory) state.state_history.resize(kMaxStateHistory);
  fit_line(state.output, kMaxPluginBytes);
  fit_performance_data(state.perf_data, kMaxPluginBytes - state.output.size());
  fit_escaped_lines(state.long_output, kMaxPluginBytes - state.output.size() - state.perf_data.size());
}

void fit(CheckResult& result) {
  cut(result.output, kMaxResultBytes);
  clean_lines(result.output);
  result.start_ms = std::clamp<std::int64_t>(result.start_ms, 0, kEndOfTime_ms - 1);
  result.finish_ms = std::clamp<std::int64_t>(result.finish_ms, 0, kEndOfTime_ms - 1);
  fit_number(result.latency_s, -kMaxSeconds, kMaxSeconds);
}

void fit(AcknowledgementRegister& content) {
  fit_line(content.author, kMaxAuthorBytes);
  fit_line(content.text, kMaxCommentBytes);
}

void fit(CommentRegister& content) {
  fit_line(content.author, kMaxAuthorBytes);
  fit_line(content.text, kMaxCommentBytes);
}

void fit(DowntimeRegister& content) {
  fit_line(content.author, kMaxAuthorBytes);
  fit_line(content.comment, kMaxCommentBytes);
}

void fit(AttributeRegister& content) { fit_line(content.value, kMaxAttributeValueBytes); }

void fit(Notification& notification) {
  notification.number = std::min(notification.number, static_cast<std::uint32_t>(kMaxNotificationNumber));
  notification.state = std::clamp(notification.state, 0, kMaxState);
  notification.options &= kNotificationOptions;
  fit_line(notification.author, kMaxAuthorBytes);
  fit_line(notification.text, kMaxCommentBytes);
}

}  // namespace merlin::wire
