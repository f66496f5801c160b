// Questions to the user while mon logs in.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "mon/ssh/interrupt.hpp"

namespace merlin::mon::ssh {

// Asks on the terminal from which mon was started (/dev/tty), even if input and output are redirected. Any thread; one
// question at a time. Empty: there is no terminal, or the question was interrupted.
class Asker {
 public:
  explicit Asker(const Interrupt& interrupt) : interrupt_(interrupt) {}

  static bool has_terminal();
  std::optional<bool> confirm(const std::string& question);          // "yes" or "no"; repeats the question after any other answer
  std::optional<std::string> ask_secret(const std::string& prompt);  // without echo

 private:
  std::optional<std::string> read_line(int terminal);

  const Interrupt& interrupt_;
  std::mutex one_at_a_time_;
};

}  // namespace merlin::mon::ssh
