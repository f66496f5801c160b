#include "mon/ssh/quoting.hpp"

namespace merlin::mon::ssh {
namespace {

constexpr std::string_view kHarmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:,@%";

}  // namespace

std::string quoted_word(std::string_view word) {
  const bool is_harmless = !word.empty() && word.find_first_not_of(kHarmless) == std::string_view::npos;
  if (is_harmless) return std::string(word);
  std::string quoted = "'";
  for (const char byte : word) {
    if (byte == '\'')
      quoted += "'\\''";
    else
      quoted += byte;
  }
  return quoted + "'";
}

std::string command_line(const std::vector<std::string>& words) {
  if (words.size() == 1) return words.front();
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + quoted_word(word);
  return line;
}

}  // namespace merlin::mon::ssh
