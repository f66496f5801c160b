#include "mon/ssh/asker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace merlin::mon::ssh {
namespace {

constexpr std::size_t kLongestAnswer = 1024;

net::Fd open_terminal() { return net::Fd(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)); }

void write_all(int terminal, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(terminal, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

class NoEcho {
 public:
  explicit NoEcho(int terminal) : terminal_(terminal) {
    known_ = ::tcgetattr(terminal, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_) ::tcsetattr(terminal, TCSAFLUSH, &silent);
  }
  ~NoEcho() {
    if (known_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  int terminal_;
  bool known_ = false;
  termios before_{};
};

}  // namespace

bool Asker::has_terminal() { return static_cast<bool>(open_terminal()); }

std::optional<bool> Asker::confirm(const std::string& question) {
  const std::lock_guard lock(one_at_a_time_);
  const net::Fd terminal = open_terminal();
  if (!terminal) return std::nullopt;
  for (;;) {
    write_all(terminal.get(), question + " [yes/no] ");
    const auto answer = read_line(terminal.get());
    if (!answer) return std::nullopt;
    if (*answer == "yes") return true;
    if (*answer == "no") return false;
  }
}

std::optional<std::string> Asker::ask_secret(const std::string& prompt) {
  const std::lock_guard lock(one_at_a_time_);
  const net::Fd terminal = open_terminal();
  if (!terminal) return std::nullopt;
  const NoEcho silent(terminal.get());
  write_all(terminal.get(), prompt);
  const auto answer = read_line(terminal.get());
  write_all(terminal.get(), "\n");
  return answer;
}

std::optional<std::string> Asker::read_line(int terminal) {
  std::string line;
  while (line.size() < kLongestAnswer) {
    std::array<pollfd, 2> waiting{pollfd{terminal, POLLIN, 0}, pollfd{interrupt_.fd(), POLLIN, 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0 || waiting[1].revents != 0) return std::nullopt;
    char byte = 0;
    const ssize_t got = ::read(terminal, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    if (byte == '\n' || byte == '\r') return line;
    line += byte;
  }
  return std::nullopt;
}

}  // namespace merlin::mon::ssh
