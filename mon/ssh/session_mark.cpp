#include "mon/ssh/session_mark.hpp"

#include <algorithm>
#include <utility>

#include "mon/ssh/quoting.hpp"

namespace merlin::mon::ssh {
namespace {

constexpr std::string_view kMark = "\002mon ";
constexpr std::size_t kMostBeforeMark = 65'536;  // output of the login shell before the mark

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

}  // namespace

std::string marked_command(const std::string& line) { return "exec /bin/sh -c " + quoted_word(std::string(kPrintMark) + line); }

std::string mark_of(int process) { return std::string(kMark) + std::to_string(process) + "\n"; }

std::string MarkReader::feed(std::string_view bytes) {
  if (is_done_) return std::string(bytes);
  held_ += bytes;
  const std::size_t begin = held_.find(kMark);
  const std::size_t end = begin == std::string::npos ? begin : held_.find('\n', begin);
  if (end == std::string::npos) {
    is_done_ = held_.size() > kMostBeforeMark;
    return is_done_ ? rest() : std::string();
  }
  is_done_ = true;
  const std::string number = held_.substr(begin + kMark.size(), end - begin - kMark.size());
  if (is_number(number)) {
    process_ = number;
    held_.erase(begin, end + 1 - begin);
  }
  return rest();
}

std::string MarkReader::rest() { return std::exchange(held_, {}); }

}  // namespace merlin::mon::ssh
