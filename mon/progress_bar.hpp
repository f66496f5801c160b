// How far a long command is, on a terminal: one line that is drawn over. Nothing anywhere else.
#pragma once

#include <mutex>
#include <string>

#include "mon/console.hpp"

namespace merlin::mon {

// "[#####.....]  5/10  text", cut to `width`.
std::string bar_text(std::size_t done, std::size_t all, const std::string& text, std::size_t width);

// Any thread; what else is printed meanwhile goes through line().
class ProgressBar {
 public:
  explicit ProgressBar(Console& console) : console_(console) {}
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void expect(std::size_t steps);  // so many more
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
