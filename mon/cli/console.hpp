// The output of a command: its streams, and the properties of the terminal behind them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "mon/cli/outcome.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon {

inline constexpr std::size_t kDefaultWidth = 100;  // columns, if no terminal states otherwise
inline constexpr std::size_t kDefaultHeight = 24;  // lines, if the terminal does not state them

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // out is a terminal
  bool colour = false;    // a terminal, and NO_COLOR is not set
  bool utf8 = false;      // according to the locale
  std::size_t width = kDefaultWidth;
  std::size_t height = 0;  // lines; 0: not a terminal
  bool journal = false;    // err is systemd's journal

  // "mon: where: what; fix", on one line of standard error.
  void error(const Error& error);
  int report(const Failure& failure);  // each of its errors; its exit status
  void note(std::string_view line);    // likewise, for messages that are not errors
  void print(const nlohmann::ordered_json& document);
};

// A console on the process's own standard output and error.
Console standard_console();

// The current size of the terminal; without one, COLUMNS, then kDefaultWidth.
void measure(Console& console);

// `text` without control characters, and with question marks instead of bytes that are not UTF-8: text from other nodes must not control
// the terminal.
std::string plain(std::string_view text);

// The columns that `text` needs: its UTF-8 characters.
std::size_t columns(std::string_view text);

}  // namespace merlin::mon
