// Standard error in the format of systemd's journal: a line can begin with its priority; the journal adds the time.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "shared/base/log.hpp"

namespace merlin {

// Whether standard error is what systemd named in JOURNAL_STREAM, "DEVICE:INODE"; children may have inherited the variable
// alone.
inline bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat file {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &file) != 0) return false;
  return std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino) == stream;
}

// The prefix of a line with this priority in the journal.
inline std::string_view journal_priority(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warning:
      return "<4>";
    case LogLevel::error:
      break;
  }
  return "<3>";
}

// The same if standard error is the journal, otherwise empty.
inline std::string_view stderr_priority(LogLevel level) { return stderr_is_journal() ? journal_priority(level) : std::string_view{}; }

}  // namespace merlin
