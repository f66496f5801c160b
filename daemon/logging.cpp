#include "logging.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <syslog.h>

#include <fstream>
#include <vector>

#include "clocks.hpp"

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

// One line is one line, whoever gave the text.
std::string printable(std::string_view line) {
  std::string text(line.substr(0, kMaxLineBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

// A line that the full disk cut off must not swallow the next one.
void end_last_line(const std::string& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::ate);
  if (!file || file.tellg() <= 0) return;
  file.seekg(-1, std::ios::end);
  if (file.get() == '\n') return;
  file.seekp(0, std::ios::end);
  file << '\n';
}

}  // namespace

Log::Log(LogTargets targets) {
  // What is wrong is in failure(), for whoever asks.
  static_cast<void>(reopen(std::move(targets)));
}

Log::~Log() = default;

Result<> Log::reopen(LogTargets targets) {
  targets_ = std::move(targets);
  failure_.clear();
  std::vector<spdlog::sink_ptr> sinks;
  if (!targets_.file.empty() && targets_.file != "stderr") {
    try {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_st>(targets_.file));
    } catch (const spdlog::spdlog_ex& problem) {
      failure_ = problem.what();
    }
  }
  if (targets_.syslog) sinks.push_back(std::make_shared<spdlog::sinks::syslog_sink_st>("merlind", LOG_PID, LOG_DAEMON, false));
  if (targets_.also_stderr || targets_.file == "stderr" || sinks.empty())
    sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_st>());

  logger_ = std::make_shared<spdlog::logger>("merlind", sinks.begin(), sinks.end());
  logger_->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
  logger_->set_level(level_of(targets_.level));
  logger_->flush_on(spdlog::level::debug);
  logger_->set_error_handler([this](const std::string& problem) { failure_ = problem; });
  if (!failure_.empty()) return Error{failure_, targets_.file, "make room on its disk and the file writable for merlind, or set log_file"};
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
  if (*left_out > 0) text += fmt::format(" ({} such lines were left out)", *left_out);
  logger_->log(level_of(level), text);
}

}  // namespace merlin::daemon
