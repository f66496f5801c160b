// The progress of a long command on a terminal: one line that is overwritten. Prints nothing elsewhere.
#pragma once

#include <mutex>
#include <string>

#include "mon/cli/console.hpp"

namespace merlin::mon {

// "[#####.....]  5/10  text", truncated to `width`.
std::string bar_text(std::size_t done, std::size_t all, const std::string& text, std::size_t width);

// Can be called from any thread; other output meanwhile must use line().
class ProgressBar {
 public:
  explicit ProgressBar(Console& console) : console_(console) {}
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void expect(std::size_t steps);  // this many more
  void step(const std::string& text, std::size_t steps = 1);
  void show(const std::string& text);
  // A line of output above the bar.
  void line(const std::string& text);
  void clear();

 private:
  void draw();

  Console& console_;
  std::mutex mutex_;
  std::string text_;
  std::size_t done_ = 0;
  std::size_t all_ = 0;
  bool is_drawn_ = false;
};

}  // namespace merlin::mon
