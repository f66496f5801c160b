#include "mon/cli/read_input.hpp"

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace merlin::mon {
namespace {

constexpr std::size_t kLongestInput = 16u << 20;  // bytes

}  // namespace

std::string read_input() {
  std::string text;
  std::istreambuf_iterator<char> next(std::cin);
  for (const std::istreambuf_iterator<char> end; next != end && text.size() <= kLongestInput; ++next) text += *next;
  return text;
}

nlohmann::ordered_json read_input_document() { return nlohmann::ordered_json::parse(read_input(), nullptr, false); }

}  // namespace merlin::mon
