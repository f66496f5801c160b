// The module's own log file, in addition to the core's log: one line per entry, from the chosen level on. Opened for each line, of which
// there are few: forks inherit nothing, and the file can be rotated at any time.
#pragma once

#include <string>
#include <string_view>

#include "shared/base/log.hpp"
#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::neb {

class FileLog {
 public:
  FileLog(std::string path, LogLevel level) : path_(std::move(path)), level_(level) {}

  LogLevel level() const { return level_; }
  // An Error: the file cannot be written; this line is lost.
  Result<> write(WallTime now, LogLevel level, std::string_view line) const;

 private:
  std::string path_;
  LogLevel level_;
};

}  // namespace merlin::neb
