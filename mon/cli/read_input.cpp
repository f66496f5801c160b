#include "mon/cli/read_input.hpp"

#include <fmt/format.h>

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "mon/cli/limits.hpp"

namespace merlin::mon {
namespace {

Error too_long(std::size_t most) { return {fmt::format("is longer than {} MiB", most >> 20), "standard input", "nothing was changed"}; }

}  // namespace

Result<std::string> read_input(std::size_t most) {
  std::string text;
  std::array<char, 65'536> buffer;
  while (std::cin) {
    std::cin.read(buffer.data(), buffer.size());
    text.append(buffer.data(), static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > most) return too_long(most);
  }
  return text;
}

Result<std::string> read_input_line() {
  std::string line;
  for (char byte = 0; std::cin.get(byte) && byte != '\n';) {
    if (line.size() >= limits::kLines) return too_long(limits::kLines);
    line += byte;
  }
  return line;
}

Result<nlohmann::ordered_json> read_input_document() {
  const auto text = read_input(limits::kDocument);
  if (!text) return text.error();
  return nlohmann::ordered_json::parse(*text, nullptr, false);
}

}  // namespace merlin::mon
