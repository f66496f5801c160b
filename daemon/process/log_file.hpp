// The file that merlind logs to. Other users can write in its folder, so a link there is never followed.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <string>

#include "shared/net/fd.hpp"

namespace merlin::daemon {

// Appends to the file; its folder is created if it is missing. Throws spdlog's exception, from the constructor if the file cannot be opened
// or is a link, afterwards if it cannot be written: the logger passes it to its error handler.
class LogFile final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LogFile(const std::string& path);

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

  const std::string path_;
  net::Fd file_;
};

// A line that was truncated by a full disk must not be joined with the next one.
void end_last_line(const std::string& path);

}  // namespace merlin::daemon
