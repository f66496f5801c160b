#include "shared/base/text.hpp"

namespace merlin {

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower_case(c);
  return result;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\r";
  const std::size_t begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kAround) - begin + 1));
}

}  // namespace merlin
