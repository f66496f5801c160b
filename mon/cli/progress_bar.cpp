#include "mon/cli/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace merlin::mon {
namespace {

constexpr std::size_t kBarWidth = 24;  // columns between the brackets
constexpr const char* kLineStart = "\r\x1b[K";

}  // namespace

std::string bar_text(std::size_t done, std::size_t all, const std::string& text, std::size_t width) {
  const std::size_t filled = all == 0 ? 0 : std::min(done, all) * kBarWidth / all;
  std::string line =
      fmt::format("[{}{}] {}/{}  {}", std::string(filled, '#'), std::string(kBarWidth - filled, '.'), done, all, plain(text));
  // Names are ASCII, and half a character at the end of the line is soon overwritten.
  if (line.size() >= width) line.resize(width > 0 ? width - 1 : 0);
  return line;
}

void ProgressBar::expect(std::size_t steps) {
  const std::lock_guard lock(mutex_);
  all_ += steps;
}

void ProgressBar::step(const std::string& text, std::size_t steps) {
  const std::lock_guard lock(mutex_);
  done_ += steps;
  text_ = text;
  draw();
}

void ProgressBar::show(const std::string& text) {
  const std::lock_guard lock(mutex_);
  text_ = text;
  draw();
}

void ProgressBar::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (is_drawn_) console_.out << kLineStart;
  console_.out << text << '\n' << std::flush;
  if (is_drawn_) draw();
}

void ProgressBar::clear() {
  const std::lock_guard lock(mutex_);
  if (is_drawn_) console_.out << kLineStart << std::flush;
  is_drawn_ = false;
}

void ProgressBar::draw() {
  if (!console_.terminal) return;
  console_.out << kLineStart << bar_text(done_, all_, text_, console_.width) << std::flush;
  is_drawn_ = true;
}

}  // namespace merlin::mon
