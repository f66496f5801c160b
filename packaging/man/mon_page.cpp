#include <fmt/format.h>

#include <iterator>

#include "mon/cli/commands.hpp"
#include "packaging/man/pages.hpp"
#include "packaging/man/roff.hpp"

namespace merlin::manual {
namespace {

std::string option_entries(std::span<const mon::Option> options) {
  std::string text;
  for (const mon::Option& option : options) {
    const std::string term = option.value.empty() ? bold(option.name) : bold(option.name) + " " + italic(option.value);
    text += entry(term, plain(option.help));
  }
  return text;
}

std::string command_text(const mon::Command& command) {
  std::string text = subsection(fmt::format("mon {} {}", command.name, command.arguments));
  text += paragraph(plain(fmt::format("{}.", command.summary)));
  text += prose(command.details);
  text += option_entries(command.options);
  std::string examples;
  for (const std::string_view example : command.examples) fmt::format_to(std::back_inserter(examples), "{}\n", example);
  return text + lines(examples);
}

}  // namespace

std::string mon_page() {
  std::string text = header("mon", "1", "Merlin") + section("NAME") + "mon \\- the operator\\(aqs command of a Merlin cluster\n";
  text += section("SYNOPSIS") + bold("mon") + " " + italic("COMMAND") + " [" + italic("ARGUMENT") + "\\|...] [" + italic("OPTION") +
          "\\|...]\n";
  text += section("DESCRIPTION");
  text += paragraph(plain(
      "Merlin makes several monitoring servers monitor the same hosts as one system. mon shows their state, adds and removes servers, "
      "distributes keys,\ncertificates and object configuration, and runs commands on many servers in parallel."));
  text += section("COMMANDS");
  for (const mon::Command* command : mon::all_commands()) text += command_text(*command);
  text += section("OPTIONS OF EVERY COMMAND") + option_entries(mon::common_options());
  text += section("EXIT STATUS") + entry("0", "success") +
          entry("1", "a node, check or target failed; the others were processed, and each failure is named") +
          entry("2", "wrong usage; nothing was changed");
  text += section("ENVIRONMENT") + entry(bold("MERLIN_CONF"), plain("the merlin.conf to use if --config is not given")) +
          entry(bold("NO_COLOR"), "no colours and no progress lines") +
          entry(bold("COLUMNS"), "the width if standard output is not a terminal");
  return text + section("SEE ALSO") + bold("merlin.conf") + "(5), " + bold("merlind") + "(8)\n";
}

}  // namespace merlin::manual
