#include "mon/cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "mon/cli/commands.hpp"

namespace merlin::mon {
namespace {

constexpr std::size_t kIndent = 24;  // columns before the explanation of an option

std::string option_lines(std::span<const Option> options) {
  std::string text;
  for (const Option& option : options) {
    const std::string spelt = option.value.empty() ? std::string(option.name) : fmt::format("{} {}", option.name, option.value);
    fmt::format_to(std::back_inserter(text), "  {:<{}}{}\n", spelt, kIndent - 2, option.help);
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

constexpr std::string_view title_of(Section section) {
  switch (section) {
    case Section::nodes:
      return "Nodes of the cluster";
    case Section::status:
      return "Status and history";
    case Section::services:
      return "Checks and services";
    case Section::ssh:
      return "Other nodes over ssh";
    case Section::certificates:
      return "Certificates";
    case Section::object_configuration:
      return "Object configuration";
    case Section::files:
      return "Other files";
    case Section::logs:
      return "Logs";
    case Section::plugins:
      return "Monitoring plugins";
    case Section::mon:
      break;
  }
  return "mon itself";
}

std::string overview(std::string_view group, bool all) {
  const std::string prefix = group.empty() ? "" : fmt::format("{} ", group);
  std::vector<const Command*> listed = usual_commands();
  if (all) {
    listed.assign(all_commands().begin(), all_commands().end());
  }
  std::erase_if(listed, [&](const Command* command) { return !command->name.starts_with(prefix); });
  std::size_t widest = 0;
  for (const Command* command : listed) widest = std::max(widest, command->name.size());
  std::string text = fmt::format("Usage: mon {}COMMAND [ARGUMENT…] [OPTION…]\n", prefix);
  std::map<Section, std::string> lines;
  for (const Command* command : listed)
    lines[command->section] += fmt::format("  mon {:<{}}  {}\n", command->name, widest, command->summary);
  for (const auto& [section, commands] : lines) text += fmt::format("\n{}:\n{}", title_of(section), commands);
  return text + "\nOptions of every command:\n" + option_lines(common_options()) +
         "\nDetails and examples of a command: mon help COMMAND. Commands that mon itself runs on other nodes: mon help --all.\n"
         "Exit status: 0 success; 1 a node, check or target failed; 2 wrong usage, nothing was changed.\n";
}

}  // namespace

std::string help_text(std::string_view topic, bool all) {
  const Command* command = find_command(topic);
  return command != nullptr ? command_help(*command) : overview(topic, all);
}

std::string short_help() {
  constexpr std::string_view first[] = {"node status", "node add", "node drain", "restart", "events", "oconf push"};
  std::string text = "Usage: mon COMMAND [ARGUMENT…] [OPTION…]\n\n";
  for (std::string_view name : first) text += fmt::format("  mon {:<13}{}\n", name, find_command(name)->summary);
  return text + "\nAll commands: mon help. Details and examples of one: mon help COMMAND.\n";
}

}  // namespace merlin::mon
