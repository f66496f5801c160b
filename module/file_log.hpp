// The module's own log file, beside the core's log: from the chosen level on, one line an entry.
// Opened for each line, of which there are few: nothing is held across forks, and it may be rotated at any time.
#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace merlin::neb {

class FileLog {
 public:
  FileLog(std::string path, LogLevel level) : path_(std::move(path)), level_(level) {}

  LogLevel level() const { return level_; }
  // An Error: the file cannot be written; the line is lost here.
  Result<> write(WallTime now, LogLevel level, std::string_view line) const;

 private:
  std::string path_;
  LogLevel level_;
};

}  // namespace merlin::neb
