// Where a command prints: its streams, and what the terminal behind them can show.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace merlin::mon {

inline constexpr std::size_t default_width = 100;  // columns, where no terminal says otherwise
inline constexpr std::size_t default_height = 24;  // lines, of a terminal that does not say

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // out is a terminal
  bool colour = false;    // a terminal, and NO_COLOR is not set
  bool utf8 = false;      // the locale says so
  std::size_t width = default_width;
  std::size_t height = 0;  // lines; 0: not a terminal

  // "mon: where: what; fix", on one line of standard error.
  void error(const Error& error);
  void note(std::string_view line);  // likewise, for what is no fault
  void print(const nlohmann::ordered_json& document);
};

// A console on the process's own standard output and error.
Console standard_console();

// The present size of the terminal; COLUMNS, then default_width, where there is none.
void measure(Console& console);

// `text` without control characters, and with question marks in the place of what is no UTF-8: what other nodes say must
// not steer the terminal.
std::string plain(std::string_view text);

// Columns that `text` takes: its UTF-8 characters.
std::size_t columns(std::string_view text);

}  // namespace merlin::mon
