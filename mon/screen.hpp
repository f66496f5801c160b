// The alternate screen of a terminal, for views that draw themselves again and again.
#pragma once

#include <signal.h>
#include <termios.h>

#include <string>

#include "base/time.hpp"
#include "mon/console.hpp"

namespace merlin::mon {

// Owns the terminal while it lives: alternate screen, no cursor, keys without echo. INT, TERM, HUP and
// QUIT are taken as keys that end the view, so that the terminal is put back on each way out; a stop
// by Ctrl-Z is off meanwhile. One at a time, and no other threads.
class Screen {
 public:
  explicit Screen(Console& console);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Draws over what is there, line by line, so that nothing flickers; what is too long or too much is cut.
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

// The first `width` columns of a line; escape sequences take none and are kept.
std::string cut_to_width(const std::string& line, std::size_t width);

}  // namespace merlin::mon
