#include "mon/cli/console.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "mon/cli/utf8.hpp"
#include "shared/base/journal.hpp"

namespace merlin::mon {
namespace {

constexpr int kJsonIndent = 2;
constexpr std::size_t kWidest = 10'000;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::size_t width_from_environment() {
  const char* text = std::getenv("COLUMNS");
  if (text == nullptr) return kDefaultWidth;
  const std::string_view digits = text;
  std::size_t width = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
  const bool usable = fault == std::errc{} && end == digits.data() + digits.size() && width > 0 && width < kWidest;
  return usable ? width : kDefaultWidth;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }
bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; }

}  // namespace

void Console::error(const Error& error) {
  err << (journal ? journal_priority(LogLevel::error) : "") << "mon: " << plain(error.text()) << '\n';
}

int Console::report(const Failure& failure) {
  for (const Error& line : failure.errors) error(line);
  return failure.status;
}

void Console::note(std::string_view line) { err << (journal ? journal_priority(LogLevel::info) : "") << "mon: " << plain(line) << '\n'; }

void Console::print(const nlohmann::ordered_json& document) {
  out << document.dump(kJsonIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

Console standard_console() {
  std::setlocale(LC_CTYPE, "");
  Console console{std::cout, std::cerr};
  console.terminal = ::isatty(STDOUT_FILENO) == 1;
  console.journal = stderr_is_journal();
  console.colour = console.terminal && !is_set("NO_COLOR");
  console.utf8 = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  measure(console);
  return console;
}

void measure(Console& console) {
  winsize size{};
  const bool known = console.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  console.width = known ? size.ws_col : width_from_environment();
  // A serial line does not know the size of the terminal.
  console.height = known && size.ws_row > 0 ? size.ws_row : console.terminal ? kDefaultHeight : 0;
}

std::string plain(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(clean, is_control, ' ');
  if (!is_utf8(clean))
    std::ranges::replace_if(
        clean, [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; }, '?');
  // The eight-bit control characters of ISO 6429 in UTF-8.
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
