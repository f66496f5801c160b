#include "mon/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "mon/commands.hpp"

namespace merlin::mon {
namespace {

constexpr std::size_t indent = 24;  // columns before the explanation of an option

std::string option_lines(std::span<const Option> options) {
  std::string text;
  for (const Option& option : options) {
    const std::string spelt = option.value.empty() ? std::string(option.name) : fmt::format("{} {}", option.name, option.value);
    fmt::format_to(std::back_inserter(text), "  {:<{}}{}\n", spelt, indent - 2, option.help);
  }
  return text;
}

std::string command_help(const Command& command) {
  std::string text = fmt::format("mon {}: {}\n\nUsage: mon {}{}{} [OPTION…]\n", command.name, command.summary, command.name,
                                 command.arguments.empty() ? "" : " ", command.arguments);
  if (!command.details.empty()) text += fmt::format("\n{}\n", command.details);
  text += command.examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (std::string_view example : command.examples) text += fmt::format("  {}\n", example);
  return text + "\nOptions:\n" + option_lines(command.options) + option_lines(common_options());
}

std::string overview(std::string_view group) {
  const std::string prefix = group.empty() ? "" : fmt::format("{} ", group);
  std::string text = fmt::format("Usage: mon {}COMMAND [ARGUMENT…] [OPTION…]\n\nCommands:\n", prefix);
  std::size_t widest = 0;
  for (const Command& command : all_commands()) widest = std::max(widest, command.name.size());
  for (const Command& command : all_commands()) {
    if (command.name.starts_with(prefix)) text += fmt::format("  mon {:<{}}  {}\n", command.name, widest, command.summary);
  }
  return text + "\nOptions of every command:\n" + option_lines(common_options()) +
         "\nEach command tells more, with examples: mon COMMAND --help\n"
         "Exit status: 0 all well; 1 a node, check or target failed; 2 wrong usage, nothing was changed.\n";
}

}  // namespace

std::string help_text(std::string_view topic) {
  const Command* command = find_command(topic);
  return command != nullptr ? command_help(*command) : overview(topic);
}

}  // namespace merlin::mon
