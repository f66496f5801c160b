// mon completion bash|zsh|fish
#include "mon/completion.hpp"

#include <fmt/format.h>

#include <iterator>
#include <set>

#include "config/problems.hpp"
#include "mon/commands.hpp"

namespace merlin::mon {
namespace {

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

// What may follow "mon": groups and commands, each once, in order of spelling.
std::string first_words() {
  std::set<std::string_view> words;
  for (const Command& command : all_commands()) words.insert(first_word(command.name));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string options_of(const Command& command) {
  std::string options;
  for (const Option& option : command.options) fmt::format_to(std::back_inserter(options), "{} ", option.name);
  for (const Option& option : common_options()) fmt::format_to(std::back_inserter(options), "{} ", option.name);
  return options;
}

// Commands that name nodes complete them too; merlin.conf says which there are.
bool names_nodes(const Command& command) { return command.arguments.find("NAME") != std::string_view::npos && command.name != "node add"; }

// A `case` of a POSIX shell over the words before the one that is completed.
std::string cases() {
  std::string text;
  for (const Command& command : all_commands()) {
    const std::string_view nodes = names_nodes(command) ? "$(mon node list 2>/dev/null)" : "";
    fmt::format_to(std::back_inserter(text), "    '{0}'|'{0} '*) candidates=\"{1}{2}\" ;;\n", command.name, options_of(command), nodes);
  }
  std::set<std::string_view> groups;
  for (const Command& command : all_commands()) {
    if (command.name.find(' ') != std::string_view::npos) groups.insert(first_word(command.name));
  }
  for (const std::string_view group : groups) {
    std::string below;
    for (const Command& command : all_commands()) {
      if (command.name.starts_with(fmt::format("{} ", group)))
        fmt::format_to(std::back_inserter(below), "{} ", command.name.substr(group.size() + 1));
    }
    fmt::format_to(std::back_inserter(text), "    '{}') candidates=\"{}\" ;;\n", group, below);
  }
  return text;
}

std::string bash_script() {
  return fmt::format(R"(# bash completion of mon: source this, or put it into /etc/bash_completion.d/
_mon() {{
  local candidates before="${{COMP_WORDS[*]:1:COMP_CWORD-1}}"
  case $before in
    '') candidates="{}" ;;
{}    *) candidates="" ;;
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _mon mon
)",
                     first_words(), cases());
}

// Also as a file _mon on $fpath: then its text is the function's first run.
std::string zsh_script() {
  return fmt::format(R"(#compdef mon
# zsh completion of mon: source this behind compinit, or put it into a folder of $fpath as _mon
_mon() {{
  local candidates before="${{(j: :)words[2,CURRENT-1]}}"
  case $before in
    '') candidates="{}" ;;
{}    *) candidates="" ;;
  esac
  compadd -- ${{=candidates}}
}}
if [[ $funcstack[1] == _mon ]]; then _mon "$@"; else compdef _mon mon; fi
)",
                     first_words(), cases());
}

std::string fish_script() {
  std::string text = "# fish completion of mon: put this into ~/.config/fish/completions/mon.fish\ncomplete -c mon -f\n";
  fmt::format_to(std::back_inserter(text), "complete -c mon -n '__fish_is_first_arg' -a '{}'\n", first_words());
  for (const Command& command : all_commands()) {
    const std::string_view first = first_word(command.name);
    const bool is_group = first.size() < command.name.size();
    const std::string_view second = is_group ? command.name.substr(first.size() + 1) : "";
    const std::string seen = is_group ? fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}", first, second)
                                      : fmt::format("__fish_seen_subcommand_from {}", first);
    if (is_group) fmt::format_to(std::back_inserter(text), "complete -c mon -n '__fish_prev_arg_in {}' -a '{}'\n", first, second);
    fmt::format_to(std::back_inserter(text), "complete -c mon -n '{}' -a '{}'\n", seen, options_of(command));
    if (names_nodes(command))
      fmt::format_to(std::back_inserter(text), "complete -c mon -n '{}' -a '(mon node list 2>/dev/null | string trim)'\n", seen);
  }
  return text;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return std::nullopt;
}

int run_completion(const Call& call, Console& console) {
  const auto script = completion_script(call.words.front());
  if (!script) {
    console.error({fmt::format("unknown shell {}", config::quoted(call.words.front())), "completion", "one of bash, zsh, fish"});
    return wrong_usage;
  }
  console.out << *script;
  return all_well;
}

}  // namespace merlin::mon
