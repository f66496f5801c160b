#include "mon/console.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "mon/utf8.hpp"

namespace merlin::mon {
namespace {

constexpr int json_indent = 2;
constexpr std::size_t widest = 10'000;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::size_t width_from_environment() {
  const char* text = std::getenv("COLUMNS");
  if (text == nullptr) return default_width;
  const std::string_view digits = text;
  std::size_t width = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
  const bool usable = fault == std::errc{} && end == digits.data() + digits.size() && width > 0 && width < widest;
  return usable ? width : default_width;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }
bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; }

}  // namespace

void Console::error(const Error& error) { err << "mon: " << plain(error.text()) << '\n'; }

void Console::note(std::string_view line) { err << "mon: " << plain(line) << '\n'; }

void Console::print(const nlohmann::ordered_json& document) {
  out << document.dump(json_indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

Console standard_console() {
  std::setlocale(LC_CTYPE, "");
  Console console{std::cout, std::cerr};
  console.terminal = ::isatty(STDOUT_FILENO) == 1;
  console.colour = console.terminal && !is_set("NO_COLOR");
  console.utf8 = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  measure(console);
  return console;
}

void measure(Console& console) {
  winsize size{};
  const bool known = console.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  console.width = known ? size.ws_col : width_from_environment();
  // A serial line does not know how large the terminal is.
  console.height = known && size.ws_row > 0 ? size.ws_row : console.terminal ? default_height : 0;
}

std::string plain(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(clean, is_control, ' ');
  if (!is_utf8(clean))
    std::ranges::replace_if(
        clean, [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; }, '?');
  // The eight-bit control characters of ISO 6429, as UTF-8 writes them.
  for (std::size_t i = 0; i + 1 < clean.size(); ++i) {
    const bool is_c1 = clean[i] == '\xC2' && static_cast<unsigned char>(clean[i + 1]) < 0xA0;
    if (is_c1) clean.replace(i, 2, " ");
  }
  return clean;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return !is_continuation(byte); }));
}

}  // namespace merlin::mon
