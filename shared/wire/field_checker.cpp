#include "shared/wire/field_checker.hpp"

#include <cmath>

#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"

namespace merlin::wire {
namespace {

template <class Number>
std::string outside(const char* field, Number value, Number least, Number greatest) {
  return std::string(field) + " is " + std::to_string(value) + "; " + std::to_string(least) + " to " + std::to_string(greatest) +
         " are allowed";
}

}  // namespace

// One rejection per message is enough.
void FieldChecker::reject(RejectReason reason, const std::string& what) {
  if (!good_) return;
  good_ = false;
  rejects_.add(reason, std::string(subject_) + ": " + what, object_);
}

bool FieldChecker::fits(const char* field, std::size_t bytes, std::size_t max_bytes) {
  if (bytes <= max_bytes) return true;
  reject(RejectReason::text_too_long,
         std::string(field) + " has " + std::to_string(bytes) + " bytes; " + std::to_string(max_bytes) + " are allowed");
  return false;
}

void FieldChecker::text(const char* field, std::string& text, std::size_t max_bytes, bool several_lines) {
  if (!fits(field, text.size(), max_bytes)) return;
  if (several_lines ? has_nul(text) : has_line_break(text)) {
    return reject(RejectReason::line_break, std::string(field) + (several_lines ? " has a NUL" : " has a line break"));
  }
  if (several_lines ? clean_lines(text) : clean_line(text)) corrected_ = true;
}

void FieldChecker::line(const char* field, std::string& text, std::size_t max_bytes) { this->text(field, text, max_bytes, false); }
void FieldChecker::lines(const char* field, std::string& text, std::size_t max_bytes) { this->text(field, text, max_bytes, true); }

void FieldChecker::name(const char* field, const std::string& text, std::size_t max_bytes) {
  if (fits(field, text.size(), max_bytes) && has_line_break(text))
    reject(RejectReason::line_break, std::string(field) + " has a line break");
}

void FieldChecker::reason(std::string& text, std::size_t max_bytes) {
  const bool was_cut = cut(text, max_bytes);
  if (clean_line(text) || was_cut) corrected_ = true;
}

void FieldChecker::time_s(const char* field, std::int64_t time_s) {
  if (time_s < 0 || time_s >= kEndOfTime_s) reject(RejectReason::time, outside(field, time_s, std::int64_t{0}, kEndOfTime_s - 1));
}

void FieldChecker::time_ms(const char* field, std::int64_t time_ms) {
  if (time_ms < 0 || time_ms >= kEndOfTime_ms) reject(RejectReason::time, outside(field, time_ms, std::int64_t{0}, kEndOfTime_ms - 1));
}

void FieldChecker::number(const char* field, std::int64_t value, std::int64_t least, std::int64_t greatest) {
  if (value < least || value > greatest) reject(RejectReason::number, outside(field, value, least, greatest));
}

void FieldChecker::number(const char* field, double value, double least, double greatest) {
  if (!std::isfinite(value) || value < least || value > greatest) reject(RejectReason::number, outside(field, value, least, greatest));
}

void FieldChecker::count(const char* field, std::size_t count, std::size_t greatest) {
  if (count > greatest) {
    reject(RejectReason::count, std::to_string(count) + " " + field + "; " + std::to_string(greatest) + " are allowed");
  }
}

}  // namespace merlin::wire
