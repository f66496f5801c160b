// Runs a command on this node as it would run on another: in a shell, in a process group of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "mon/ssh/job.hpp"

namespace merlin::mon::ssh {
namespace {

constexpr int kLingerMs = 1'000;
constexpr int kGraceAfterTermMs = 3'000;

struct Pipe {
  net::Fd read;
  net::Fd write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {net::Fd(ends[0]), net::Fd(ends[1])};
}

class Setup {
 public:
  Setup(int input, int output, int errors) {
    ::posix_spawn_file_actions_init(&files_);
    if (input < 0) ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (input > STDIN_FILENO) ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, errors, STDERR_FILENO);
    const sigset_t unblocked = Interrupt::unblocked();
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setsigmask(&attributes_, &unblocked);
    ::posix_spawnattr_setsigdefault(&attributes_, &usual);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Setup() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  int start(const std::string& line, pid_t& pid) const {
    std::string shell = "sh";
    std::string option = "-c";
    std::string command = line;
    std::array<char*, 4> arguments{shell.data(), option.data(), command.data(), nullptr};
    return ::posix_spawn(&pid, "/bin/sh", &files_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

// Passes on the available data; false at its end.
bool pass_on(int pipe, Stream stream, const Job& job) {
  std::array<char, 32'768> buffer;
  const ssize_t got = ::read(pipe, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got > 0) job.output(stream, {buffer.data(), static_cast<std::size_t>(got)});
  return got > 0;
}

class LocalRun {
 public:
  LocalRun(pid_t pid, Pipe& out, Pipe& err, const Job& job, const Interrupt& interrupt)
      : pid_(pid), out_(out), err_(err), job_(job), interrupt_(interrupt), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

  // Until the command has ended and all its output is read; false: interrupted.
  bool follow() {
    while (!has_ended_ || out_.read || err_.read) {
      std::array<pollfd, 4> waiting{pollfd{out_.read.get(), POLLIN, 0}, pollfd{err_.read.get(), POLLIN, 0},
                                    pollfd{has_ended_ ? -1 : pidfd_.get(), POLLIN, 0}, pollfd{interrupt_.fd(), POLLIN, 0}};
      const int ready = ::poll(waiting.data(), waiting.size(), has_ended_ ? kLingerMs : -1);
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return true;
      if (waiting[3].revents != 0) return false;
      if (waiting[0].revents != 0 && !pass_on(out_.read.get(), Stream::out, job_)) out_.read.reset();
      if (waiting[1].revents != 0 && !pass_on(err_.read.get(), Stream::err, job_)) err_.read.reset();
      has_ended_ = has_ended_ || waiting[2].revents != 0;
    }
    return true;
  }

  void end_it() {
    ::kill(-pid_, SIGTERM);
    pollfd waiting{pidfd_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, kGraceAfterTermMs) <= 0) ::kill(-pid_, SIGKILL);
  }

  Ended reap() const {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    if (!WIFSIGNALED(status)) return {WEXITSTATUS(status), ""};
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    return {128 + WTERMSIG(status), name == nullptr ? "?" : name};
  }

 private:
  pid_t pid_;
  Pipe& out_;
  Pipe& err_;
  const Job& job_;
  const Interrupt& interrupt_;
  net::Fd pidfd_;
  bool has_ended_ = false;
};

}  // namespace

Result<Ended> run_here(const Job& job, const Interrupt& interrupt) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  const Setup setup(job.input, out.write.get(), err.write.get());
  pid_t pid = 0;
  const int fault = setup.start(job.line, pid);
  if (fault != 0) return Error{fmt::format("the command cannot be started: {}", std::strerror(fault)), "here", ""};
  out.write.reset();
  err.write.reset();
  LocalRun run(pid, out, err, job, interrupt);
  const bool interrupted = !run.follow();
  if (interrupted) run.end_it();
  const Ended ended = run.reap();
  if (interrupted) return Error{"interrupted", "here", ""};
  return ended;
}

}  // namespace merlin::mon::ssh
