#include "daemon/process/logging.hpp"

#include <fmt/format.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <syslog.h>

#include <cstdio>
#include <vector>

#include "daemon/process/clocks.hpp"
#include "daemon/process/log_file.hpp"
#include "shared/base/journal.hpp"

namespace merlin::daemon {
namespace {

constexpr std::size_t kMaxLineBytes = 2000;

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

LogLevel level_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return LogLevel::error;
  if (level == spdlog::level::warn) return LogLevel::warning;
  return level == spdlog::level::info ? LogLevel::info : LogLevel::debug;
}

// Priority and text: the journal adds the time.
class JournalSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view priority = journal_priority(level_of(message.level));
    std::fprintf(stderr, "%.*s%.*s\n", static_cast<int>(priority.size()), priority.data(), static_cast<int>(message.payload.size()),
                 message.payload.data());
  }
  void flush_() override { std::fflush(stderr); }
};

// A message is one line, whatever text it contains.
std::string printable(std::string_view line) {
  std::string text(line.substr(0, kMaxLineBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace

Log::Log(LogTargets targets) {
  // failure() contains the reason.
  static_cast<void>(reopen(std::move(targets)));
}

Log::~Log() = default;

Result<> Log::reopen(LogTargets targets) {
  targets_ = std::move(targets);
  failure_.clear();
  std::vector<spdlog::sink_ptr> sinks;
  if (!targets_.file.empty() && targets_.file != "stderr") {
    try {
      sinks.push_back(std::make_shared<LogFile>(targets_.file));
    } catch (const spdlog::spdlog_ex& problem) {
      failure_ = problem.what();
    }
  }
  const bool to_stderr = targets_.also_stderr || targets_.file == "stderr";
  const bool to_journal = to_stderr && stderr_is_journal();
  // The journal receives both: syslog would duplicate each line.
  if (targets_.syslog && !to_journal)
    sinks.push_back(std::make_shared<spdlog::sinks::syslog_sink_st>("merlind", LOG_PID, LOG_DAEMON, false));
  if (to_journal) {
    sinks.push_back(std::make_shared<JournalSink>());
  } else if (to_stderr || sinks.empty()) {
    sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_st>());
  }

  logger_ = std::make_shared<spdlog::logger>("merlind", sinks.begin(), sinks.end());
  logger_->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
  logger_->set_level(level_of(targets_.level));
  logger_->flush_on(spdlog::level::debug);
  logger_->set_error_handler([this](const std::string& problem) { failure_ = problem; });
  if (!failure_.empty())
    return Error{failure_, targets_.file, "make room on its disk and make the file writable for merlind, or set log_file"};
  return Ok{};
}

void Log::retry() {
  if (failure_.empty()) return;
  const std::string was = failure_;
  if (!targets_.file.empty() && targets_.file != "stderr") end_last_line(targets_.file);
  if (!reopen(targets_)) return;
  logger_->log(level_of(LogLevel::warning), "the log could not be written, lines are missing: " + printable(was));
}

void Log::write(LogLevel level, std::string_view line) {
  if (level < targets_.level) return;
  const auto left_out = limiter_.admit(LogLimiter::kind_of(line), read_clocks().steady);
  if (!left_out) return;
  std::string text = printable(line);
  if (*left_out > 0) text += fmt::format(" ({} similar lines were suppressed)", *left_out);
  logger_->log(level_of(level), text);
}

}  // namespace merlin::daemon
