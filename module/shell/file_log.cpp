#include "module/shell/file_log.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace merlin::neb {
namespace {

constexpr std::array<const char*, 4> kLevelNames = {"debug", "info", "warning", "error"};

std::string heading(WallTime now, LogLevel level) {
  const time_t seconds = static_cast<time_t>(now.time_since_epoch().count() / 1000);
  tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S ", &parts);
  return std::string(text.data(), length) + kLevelNames[static_cast<std::size_t>(level)] + " ";
}

}  // namespace

Result<> FileLog::write(WallTime now, LogLevel level, std::string_view line) const {
  if (level < level_) return Ok{};
  const int fd = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
  if (fd < 0) return Error{std::strerror(errno), path_, ""};
  const std::string entry = heading(now, level).append(line).append("\n");
  const bool written = ::write(fd, entry.data(), entry.size()) == static_cast<ssize_t>(entry.size());
  const int error = errno;
  ::close(fd);
  if (!written) return Error{std::strerror(error), path_, ""};
  return Ok{};
}

}  // namespace merlin::neb
