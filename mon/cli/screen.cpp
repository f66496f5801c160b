#include "mon/cli/screen.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <sstream>

namespace merlin::mon {
namespace {

constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l";
constexpr const char* kLeave = "\x1b[?25h\x1b[?1049l";
constexpr const char* kHome = "\x1b[H";
constexpr const char* kClearRestOfLine = "\x1b[K";
constexpr const char* kClearRestOfScreen = "\x1b[J";
constexpr char kCtrlC = '\x03';
constexpr char kCtrlD = '\x04';

sigset_t handled_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP}) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

Screen::Screen(Console& console) : console_(console) {
  const sigset_t set = handled_signals();
  ::sigprocmask(SIG_BLOCK, &set, &mask_before_);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  ::tcgetattr(STDIN_FILENO, &before_);
  termios raw = before_;
  raw.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO));
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  console_.out << kEnter << std::flush;
}

Screen::~Screen() {
  console_.out << kLeave << std::flush;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  if (signals_ >= 0) ::close(signals_);
  ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

void Screen::draw(const std::string& text) {
  measure(console_);
  std::string screen = kHome;
  std::istringstream lines(text);
  std::string line;
  for (std::size_t shown = 0; shown < console_.height && std::getline(lines, line); ++shown) {
    if (shown > 0) screen += "\n";
    screen += cut_to_width(line, console_.width) + kClearRestOfLine;
  }
  console_.out << screen << kClearRestOfScreen << std::flush;
}

Screen::Wake Screen::wait(Millis at_most) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + at_most;
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(deadline - Clock::now()).count();
    if (left <= 0) return Wake::time_is_up;
    std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {signals_, POLLIN, 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return Wake::quit;
    if (ready <= 0) continue;
    if (waiting[1].revents != 0) {
      const Wake wake = take_signal();
      if (wake != Wake::time_is_up) return wake;
    }
    if (waiting[0].revents != 0 && take_key()) return Wake::quit;
  }
}

Screen::Wake Screen::take_signal() {
  signalfd_siginfo info{};
  if (::read(signals_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return Wake::time_is_up;
  if (info.ssi_signo == SIGWINCH) return Wake::resized;
  return info.ssi_signo == SIGTSTP ? Wake::time_is_up : Wake::quit;
}

bool Screen::take_key() {
  char key = 0;
  const ssize_t got = ::read(STDIN_FILENO, &key, 1);
  if (got < 0) return errno != EAGAIN && errno != EINTR;
  return got == 0 || key == 'q' || key == 'Q' || key == kCtrlC || key == kCtrlD;
}

std::string cut_to_width(const std::string& line, std::size_t width) {
  std::string cut;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      const std::size_t end = line.find('m', i);
      if (end == std::string::npos) break;
      cut.append(line, i, end - i + 1);
      i = end;
      continue;
    }
    const bool begins_character = (static_cast<unsigned char>(line[i]) & 0xC0) != 0x80;
    if (begins_character) ++taken;
    if (taken <= width) cut += line[i];
  }
  return cut;
}

}  // namespace merlin::mon
