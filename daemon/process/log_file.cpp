#include "daemon/process/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace merlin::daemon {
namespace {

constexpr mode_t kLogMode = 0640;
constexpr int kFlags = O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

net::Fd open_log(const std::string& path) {
  std::error_code ignored;  // then the file cannot be opened
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  net::Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | kFlags, kLogMode));
  if (file) return file;
  if (errno == ELOOP) throw spdlog::spdlog_ex("cannot open " + path + ": it is a link, and links are not followed");
  throw spdlog::spdlog_ex("cannot open " + path, errno);
}

}  // namespace

LogFile::LogFile(const std::string& path) : path_(path), file_(open_log(path)) {}

void LogFile::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  base_sink::formatter_->format(message, line);
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t written = ::write(file_.get(), line.data() + done, line.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw spdlog::spdlog_ex("cannot write " + path_, errno);
    done += static_cast<std::size_t>(written);
  }
}

void end_last_line(const std::string& path) {
  const net::Fd file(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  char last = '\n';
  if (!file || ::lseek(file.get(), -1, SEEK_END) < 0 || ::read(file.get(), &last, 1) != 1 || last == '\n') return;
  // If it cannot be written, the next line cannot be either.
  if (::write(file.get(), "\n", 1) != 1) return;
}

}  // namespace merlin::daemon
