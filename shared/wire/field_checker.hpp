// Checks the fields of one message or register, and records whether all were valid. For the validate_*.cpp files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "shared/base/ids.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::wire {

class FieldChecker {
 public:
  // `subject`: what the fields belong to, for the message to a person.
  FieldChecker(Rejects& rejects, const char* subject, const ObjectKey& object = {})
      : rejects_(rejects), subject_(subject), object_(object) {}

  bool good() const { return good_; }
  // A text was corrected.
  bool corrected() const { return corrected_; }

  // A text of one line. Too long or with line breaks: rejected. Other control characters: corrected.
  void line(const char* field, std::string& text, std::size_t max_bytes);
  // A text of several lines.
  void lines(const char* field, std::string& text, std::size_t max_bytes);
  // A name whose hash is its key, so that it cannot be corrected.
  void name(const char* field, const std::string& text, std::size_t max_bytes);
  // One line for a person: truncated and corrected, never rejected.
  void reason(std::string& text, std::size_t max_bytes);

  // 0 <= time < kEndOfTime.
  void time_s(const char* field, std::int64_t time_s);
  void time_ms(const char* field, std::int64_t time_ms);
  void number(const char* field, std::int64_t value, std::int64_t least, std::int64_t greatest);
  // No NaN, no infinity.
  void number(const char* field, double value, double least, double greatest);
  void count(const char* field, std::size_t count, std::size_t greatest);

  void reject(RejectReason reason, const std::string& what);

 private:
  void text(const char* field, std::string& text, std::size_t max_bytes, bool several_lines);
  bool fits(const char* field, std::size_t bytes, std::size_t max_bytes);

  Rejects& rejects_;
  const char* subject_;
  ObjectKey object_;
  bool good_ = true;
  bool corrected_ = false;
};

}  // namespace merlin::wire
