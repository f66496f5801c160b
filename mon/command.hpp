// What a command of mon is. The one table of all commands (commands.hpp) is data: the parser, the help
// and whatever else describes the commands are made from it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "mon/console.hpp"

namespace merlin::mon {

// The exit status of every command.
inline constexpr int all_well = 0;
inline constexpr int failed = 1;       // a node, a check or a target failed; each is named
inline constexpr int wrong_usage = 2;  // nothing was changed

// One `--name` or `--name=VALUE`.
struct Option {
  std::string_view name;   // "--timeout"
  std::string_view value;  // "SECONDS"; empty: a flag
  std::string_view help;
};

struct Command;

// One command line, taken apart and checked against the table.
struct Call {
  const Command* command = nullptr;
  std::vector<std::string> words;                             // what stands for itself: names
  std::vector<std::pair<std::string, std::string>> settings;  // key=value, in order
  std::map<std::string, std::string, std::less<>> options;    // by "--name"; a flag has an empty value
  std::vector<std::string> command_words;                     // what stands behind "--"
  std::string config_path;
  Millis timeout{};  // of this command: --timeout, else its default

  bool has(std::string_view option) const { return options.contains(option); }
  bool json() const { return has("--json"); }
};

struct Command {
  static constexpr std::size_t many = static_cast<std::size_t>(-1);

  std::string_view name{};       // "node add"
  std::string_view arguments{};  // as the usage line shows them
  std::string_view summary{};    // one line, begins with a small letter
  std::string_view details{};    // more, wrapped by hand at 90 columns; may be empty
  std::vector<std::string_view> examples{};
  std::vector<Option> options{};  // besides those that every command takes
  std::size_t min_words = 0;
  std::size_t max_words = 0;
  bool takes_settings = false;  // key=value, also spelt --key=value
  bool takes_command = false;   // "-- COMMAND…" at its end, which is not ours to take apart
  Millis timeout{};             // the default of --timeout
  int (*run)(const Call& call, Console& console) = nullptr;
};

}  // namespace merlin::mon
