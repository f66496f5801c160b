#include "daemon/process/background.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace merlin::daemon {

Result<Background> Background::enter() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return Error{std::string("cannot go into the background: ") + std::strerror(errno), "", "use --foreground"};
  const net::Fd from_child(ends[0]);
  net::Fd to_parent(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return Error{std::string("cannot go into the background: ") + std::strerror(errno), "", "use --foreground"};
  if (child > 0) {
    to_parent.reset();
    char word = 0;
    ssize_t got = 0;
    do {
      got = ::read(from_child.get(), &word, 1);
    } while (got < 0 && errno == EINTR);
    // asserted: the process in the foreground ends here after the daemon has started
    ::_exit(got == 1 ? 0 : 1);
  }
  ::setsid();
  if (::chdir("/") != 0) return Error{std::string("cannot enter /: ") + std::strerror(errno), "", ""};
  return Background(std::move(to_parent));
}

void Background::started() {
  const net::Fd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (nowhere) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere.get(), fd);
  }
  // If the parent has ended, nobody needs the result.
  if (::write(to_parent_.get(), "1", 1) != 1) return;
  to_parent_.reset();
}

}  // namespace merlin::daemon
