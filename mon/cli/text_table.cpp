#include "mon/cli/text_table.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "mon/cli/console.hpp"

namespace merlin::mon {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kBelowIndent = 4;

const char* code(Tint tint) {
  switch (tint) {
    case Tint::good:
      return "\x1b[32m";
    case Tint::warning:
      return "\x1b[33m";
    case Tint::bad:
      return "\x1b[1;31m";
    case Tint::faint:
      return "\x1b[2m";
    case Tint::none:
      break;
  }
  return "";
}

using Widths = std::vector<std::size_t>;

Widths widths_of(const std::vector<Column>& titles, const std::vector<Row>& rows) {
  Widths widths;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    std::size_t widest = columns(titles[i].title);
    for (const Row& row : rows) widest = std::max(widest, columns(row.cells[i].text));
    widths.push_back(widest);
  }
  return widths;
}

// Indices of the visible columns.
std::vector<std::size_t> fitting(const std::vector<Column>& titles, const Widths& widths, std::size_t width) {
  std::vector<std::size_t> shown(titles.size());
  std::iota(shown.begin(), shown.end(), 0);
  const auto taken = [&] {
    return std::accumulate(shown.begin(), shown.end(), std::size_t{0},
                           [&](std::size_t sum, std::size_t i) { return sum + widths[i] + kGap; });
  };
  const auto rank = [&](std::size_t i) { return titles[i].keep == 0 ? std::numeric_limits<int>::max() : titles[i].keep; };
  while (width > 0 && taken() > width + kGap) {
    const auto least = std::ranges::min_element(shown, {}, rank);
    if (titles[*least].keep == 0) break;
    shown.erase(least);
  }
  return shown;
}

std::string padded(const std::string& text, Tint tint, bool right, std::size_t width, bool colour) {
  const std::string space(width - columns(text), ' ');
  return right ? space + tinted(text, tint, colour) : tinted(text, tint, colour) + space;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::string tinted(std::string text, Tint tint, bool colour) {
  return colour && tint != Tint::none ? code(tint) + std::move(text) + "\x1b[0m" : text;
}

std::string draw_table(const std::vector<Column>& titles, const std::vector<Row>& rows, std::size_t width, bool colour) {
  const Widths widths = widths_of(titles, rows);
  const auto shown = fitting(titles, widths, width);
  const auto draw = [&](auto&& cell_of) {
    std::string line;
    for (std::size_t i : shown) {
      const Cell cell = cell_of(i);
      line += (i == shown.front() ? "" : std::string(kGap, ' ')) + padded(cell.text, cell.tint, titles[i].right, widths[i], colour);
    }
    return trimmed(std::move(line));
  };
  std::string text = draw([&](std::size_t i) { return Cell{titles[i].title, Tint::none}; });
  for (const Row& row : rows) {
    text += draw([&](std::size_t i) { return row.cells[i]; });
    if (!row.below.empty()) text += std::string(kBelowIndent, ' ') + row.below + '\n';
  }
  return text;
}

}  // namespace merlin::mon
