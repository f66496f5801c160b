#include "mon/cli/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "mon/cli/last_line.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon {
namespace {

constexpr Millis kGraceAfterTerm{3'000};
constexpr off_t kKeptOutput = 1 << 20;  // the last bytes of the output

class Actions {
 public:
  explicit Actions(int output) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
  }
  ~Actions() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

bool ends_within(int pidfd, Millis time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{pidfd, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left)) > 0) return true;
  }
}

std::string end_of(int output) {
  const off_t size = ::lseek(output, 0, SEEK_END);
  const off_t begin = size > kKeptOutput ? size - kKeptOutput : 0;
  std::string text(static_cast<std::size_t>(size - begin), '\0');
  const ssize_t got = ::pread(output, text.data(), text.size(), begin);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

void end_group(pid_t pid, int pidfd) {
  ::kill(-pid, SIGTERM);
  if (!ends_within(pidfd, kGraceAfterTerm)) ::kill(-pid, SIGKILL);
}

}  // namespace

Result<ChildEnd> run_to_end(const std::vector<std::string>& argv, Millis timeout) {
  const std::string shown = fmt::format("{}", fmt::join(argv, " "));
  const net::Fd output(::memfd_create("output", MFD_CLOEXEC));
  if (!output) return Error{fmt::format("no memory for its output: {}", std::strerror(errno)), shown, ""};
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  const Actions actions(output.get());
  pid_t pid = 0;
  const int fault = ::posix_spawnp(&pid, arguments[0], actions.files(), actions.attributes(), arguments.data(), environ);
  if (fault != 0) return Error{fmt::format("cannot be started: {}", std::strerror(fault)), shown, ""};

  const net::Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // this glibc declares pidfd_open for C only
  const bool ended = pidfd && ends_within(pidfd.get(), timeout);
  if (!ended) end_group(pid, pidfd.get());
  const int status = reap(pid);
  if (!ended) return Error{fmt::format("did not end within {} s", timeout.count() / 1000), shown, "set a longer --timeout"};
  return ChildEnd{status, end_of(output.get())};
}

Result<> run_child(const std::vector<std::string>& argv, Millis timeout) {
  const auto end = run_to_end(argv, timeout);
  if (!end) return end.error();
  const int status = end->status;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok{};
  const std::string said = last_line(end->output);
  const std::string how =
      WIFEXITED(status) ? fmt::format("ended with status {}", WEXITSTATUS(status)) : fmt::format("ended by signal {}", WTERMSIG(status));
  return Error{said.empty() ? how : fmt::format("{}: {}", how, said), fmt::format("{}", fmt::join(argv, " ")), ""};
}

}  // namespace merlin::mon
