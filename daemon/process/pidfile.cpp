#include "daemon/process/pidfile.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace merlin::daemon {

Result<PidFile> PidFile::take(const std::string& path) {
  net::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd)
    return Error{std::string("cannot open the pid file: ") + std::strerror(errno), path,
                 "set daemon { pidfile } to a path that merlind may write"};
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{"another merlind of this node is running", path, "stop it first, or give this one a pidfile and sockets of its own"};
  }
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return Error{std::string("cannot write the pid file: ") + std::strerror(errno), path, "check the disk"};
  }
  return PidFile(path, std::move(fd));
}

PidFile::~PidFile() {
  if (fd_) ::unlink(path_.c_str());
}

}  // namespace merlin::daemon
