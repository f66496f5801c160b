// The alternate screen of a terminal, for views that refresh.
#pragma once

#include <signal.h>
#include <termios.h>

#include <string>

#include "mon/cli/console.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon {

// Controls the terminal while it exists: alternate screen, no cursor, keys without echo. INT, TERM, HUP and QUIT end the
// view like keys, so that the terminal is always restored; Ctrl-Z is disabled meanwhile. Only one at a time, and no other
// threads.
class Screen {
 public:
  explicit Screen(Console& console);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Overwrites the screen line by line, so that nothing flickers; text that does not fit is truncated.
  void draw(const std::string& text);

  enum class Wake { time_is_up, resized, quit };
  // q, Ctrl-C, a signal to end, or the end of the terminal: quit.
  Wake wait(Millis at_most);

 private:
  Wake take_signal();
  bool take_key();

  Console& console_;
  int signals_ = -1;
  termios before_{};
  sigset_t mask_before_{};
};

// The first `width` columns of a line; escape sequences need none and are kept.
std::string cut_to_width(const std::string& line, std::size_t width);

}  // namespace merlin::mon
