// The description of a command of mon. Each is beside the function that runs it, in a constant of the namespace `commands`; commands.cpp
// lists them. Parser, help, manual page and completion are made from these descriptions.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mon/cli/console.hpp"
#include "mon/cli/outcome.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon {

// One `--name` or `--name=VALUE`.
struct Option {
  std::string_view name;   // "--timeout"
  std::string_view value;  // "SECONDS"; empty: a flag
  std::string_view help;
};

// The section of the help that lists a command, in this order.
enum class Section { nodes, status, services, ssh, certificates, object_configuration, files, logs, plugins, mon };

inline constexpr Millis kUsualTimeout = std::chrono::seconds(30);

struct Command;

// One command line, parsed and checked against its description.
struct Call {
  const Command* command = nullptr;
  std::vector<std::string> words;                             // words that are not options: names
  std::vector<std::pair<std::string, std::string>> settings;  // key=value, in this order
  std::map<std::string, std::string, std::less<>> options;    // by "--name"; the value of a flag is empty
  std::vector<std::string> command_words;                     // the words after "--"
  std::string config_path;
  Millis timeout{};  // --timeout, or this command's default

  bool has(std::string_view option) const { return options.contains(option); }
  bool json() const { return has("--json"); }
};

struct Command {
  static constexpr std::size_t kMany = static_cast<std::size_t>(-1);

  std::string_view name{};  // "node add"
  Section section = Section::mon;
  std::string_view arguments{};  // as in the usage line
  std::string_view summary{};    // one line, starts with a lower-case letter
  std::string_view details{};    // more text, wrapped by hand at 90 columns; can be empty
  std::vector<std::string_view> examples{};
  std::vector<Option> options{};  // in addition to the options of every command
  std::size_t min_words = 0;
  std::size_t max_words = 0;
  bool takes_settings = false;     // key=value, also spelt --key=value
  bool takes_command = false;      // ends with "-- COMMAND…", which we do not parse
  bool is_plumbing = false;        // run by other commands of mon: not in the help and in completion
  Millis timeout = kUsualTimeout;  // the default of --timeout
  // The exit status, or a failure that main prints. A command that goes on after a failure of one node prints that itself.
  Outcome<int> (*run)(const Call& call, Console& console) = nullptr;
};

}  // namespace merlin::mon
