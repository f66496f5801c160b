// merlind's log for people: a file, syslog, standard error. A log that cannot be written never stops the daemon; the failure is shown as
// long as it lasts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/process/log_limiter.hpp"
#include "shared/base/log.hpp"
#include "shared/base/result.hpp"

namespace spdlog {
class logger;
}

namespace merlin::daemon {

struct LogTargets {
  LogLevel level = LogLevel::info;
  std::string file;  // a path, "stderr", or empty
  bool syslog = false;
  bool also_stderr = false;  // --foreground

  bool operator==(const LogTargets&) const = default;
};

class Log {
 public:
  explicit Log(LogTargets targets);
  Log(const Log&) = delete;
  ~Log();

  // Reopens the targets after a rotation or a change. Error: the file cannot be opened; the other targets are used, or standard error if
  // there is none.
  Result<> reopen(LogTargets targets);
  const LogTargets& targets() const { return targets_; }
  // After a failure: tries whether writing works again. Called every second.
  void retry();
  // Empty while everything can be written.
  const std::string& failure() const { return failure_; }

  void write(LogLevel level, std::string_view line);
  void error(std::string_view line) { write(LogLevel::error, line); }
  void warning(std::string_view line) { write(LogLevel::warning, line); }
  void info(std::string_view line) { write(LogLevel::info, line); }
  void debug(std::string_view line) { write(LogLevel::debug, line); }

 private:
  LogTargets targets_;
  std::string failure_;
  LogLimiter limiter_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace merlin::daemon
