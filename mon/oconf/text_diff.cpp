#include "mon/oconf/text_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "mon/cli/console.hpp"

namespace merlin::mon::oconf {
namespace {

using Lines = std::vector<std::string_view>;  // with their line feeds

constexpr std::size_t kContext = 3;  // unchanged lines shown around each change

// One line of the result: ' ' is in both texts, '-' only in the first, '+' only in the second.
struct Edit {
  char kind;
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

// Myers' algorithm: furthest[d][k + d] is how far in `a` the paths with d edits reach on diagonal k (position in a - position in b).
class Myers {
 public:
  Myers(const Lines& a, const Lines& b) : a_(a), b_(b) {}

  // Empty: more than kMostEdits.
  std::optional<std::vector<Edit>> edits() {
    for (int d = 0; d <= static_cast<int>(kMostEdits); ++d) {
      furthest_.emplace_back();
      for (int k = -d; k <= d; k += 2) {
        if (extend(d, k)) return back_from(d, k);
      }
    }
    return std::nullopt;
  }

 private:
  int size(const Lines& lines) const { return static_cast<int>(lines.size()); }
  int reached(int d, int k) const {
    return k < -d || k > d ? -1 : furthest_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)];
  }
  // Whether the path to diagonal k ends with an added line.
  bool is_addition(int d, int k) const { return k == -d || (k != d && reached(d - 1, k - 1) < reached(d - 1, k + 1)); }
  int start(int d, int k) const {
    if (d == 0) return 0;
    return is_addition(d, k) ? reached(d - 1, k + 1) : reached(d - 1, k - 1) + 1;
  }

  // Whether both ends are reached.
  bool extend(int d, int k) {
    int x = start(d, k);
    while (x < size(a_) && x - k < size(b_) && a_[static_cast<std::size_t>(x)] == b_[static_cast<std::size_t>(x - k)]) ++x;
    furthest_.back().push_back(x);
    return x >= size(a_) && x - k >= size(b_);
  }

  std::vector<Edit> back_from(int d, int k) const {
    std::vector<Edit> edits;
    for (int x = reached(d, k);; --d) {
      for (const int begin = start(d, k); x > begin; --x) edits.push_back({' ', a_[static_cast<std::size_t>(x - 1)]});
      if (d == 0) break;
      if (is_addition(d, k)) {
        edits.push_back({'+', b_[static_cast<std::size_t>(x - k - 1)]});
        ++k;
      } else {
        edits.push_back({'-', a_[static_cast<std::size_t>(x - 1)]});
        --x;
        --k;
      }
    }
    std::ranges::reverse(edits);
    return edits;
  }

  const Lines& a_;
  const Lines& b_;
  std::vector<std::vector<int>> furthest_;
};

std::vector<Edit> all_replaced(const Lines& a, const Lines& b) {
  std::vector<Edit> edits;
  for (const auto line : a) edits.push_back({'-', line});
  for (const auto line : b) edits.push_back({'+', line});
  return edits;
}

std::string shown(std::string_view line) {
  std::string text;
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    text += plain(line.substr(0, tab)) + '\t';
    line.remove_prefix(tab + 1);
  }
  return text + plain(line);
}

std::string text_of(const Edit& edit) {
  const bool ends = edit.line.ends_with('\n');
  const std::string_view line = ends ? edit.line.substr(0, edit.line.size() - 1) : edit.line;
  return fmt::format("{}{}\n{}", edit.kind, shown(line), ends ? "" : "\\ No newline at end of file\n");
}

// "7,3", "7" for one line, "6,0" for none behind line 6.
std::string range(std::size_t begin, std::size_t count) {
  if (count == 1) return std::to_string(begin + 1);
  return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

bool is_change(const Edit& edit) { return edit.kind != ' '; }

// Writes the hunks one after the other.
class Hunks {
 public:
  explicit Hunks(const std::vector<Edit>& edits) : edits_(edits) {}

  std::string text() {
    std::string text;
    for (std::size_t change = next_change(0); change < edits_.size(); change = next_change(at_)) {
      skip_to(change - std::min(change, kContext));
      text += hunk(end_of(change));
    }
    return text;
  }

 private:
  std::size_t next_change(std::size_t from) const {
    return static_cast<std::size_t>(std::find_if(edits_.begin() + static_cast<std::ptrdiff_t>(from), edits_.end(), is_change) -
                                    edits_.begin());
  }

  // Behind the last change that is near enough to the one before it.
  std::size_t end_of(std::size_t change) const {
    std::size_t last = change;
    for (std::size_t next = change; next < edits_.size() && next <= last + 2 * kContext + 1; next = next_change(next + 1)) last = next;
    return std::min(edits_.size(), last + kContext + 1);
  }

  void skip_to(std::size_t position) {
    for (; at_ < position; ++at_) count(edits_[at_], before_, after_);
  }
  static void count(const Edit& edit, std::size_t& before, std::size_t& after) {
    before += edit.kind == '+' ? 0 : 1;
    after += edit.kind == '-' ? 0 : 1;
  }

  std::string hunk(std::size_t end) {
    const std::size_t before = before_;
    const std::size_t after = after_;
    std::string lines;
    for (std::size_t i = at_; i < end; ++i) lines += text_of(edits_[i]);
    skip_to(end);
    return fmt::format("@@ -{} +{} @@\n{}", range(before, before_ - before), range(after, after_ - after), lines);
  }

  const std::vector<Edit>& edits_;
  std::size_t at_ = 0;
  std::size_t before_ = 0;  // lines of the first text in front of at_
  std::size_t after_ = 0;
};

}  // namespace

std::string unified_diff(const NamedText& before, const NamedText& after) {
  if (before.text == after.text) return "";
  const Lines a = lines_of(before.text);
  const Lines b = lines_of(after.text);
  const auto edits = Myers(a, b).edits().value_or(all_replaced(a, b));
  return fmt::format("--- {}\n+++ {}\n{}", shown(before.name), shown(after.name), Hunks(edits).text());
}

}  // namespace merlin::mon::oconf
