// mon completion bash|zsh|fish
#include "mon/cli/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "mon/cli/commands.hpp"
#include "mon/cli/options.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/problems.hpp"

namespace merlin::mon {
namespace {

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

// The words that can follow "mon": groups and commands, each once, sorted.
std::string first_words() {
  std::set<std::string_view> words{"help"};
  for (const Command* known : usual_commands()) words.insert(first_word(known->name));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string options_of(const Command& command) {
  std::string options;
  for (const Option& option : command.options) fmt::format_to(std::back_inserter(options), "{} ", option.name);
  for (const Option& option : common_options()) fmt::format_to(std::back_inserter(options), "{} ", option.name);
  return options;
}

constexpr std::string_view kNodeNames = "mon node list";
constexpr std::string_view kHostNames = "mon object names";
constexpr std::string_view kVersions = "mon oconf history";

// The command that prints the possible names for a command's arguments; empty: none. Nodes are those of merlin.conf, hosts those of
// the core's status file, versions those of the object configuration here.
std::string_view name_source(const Command& command) {
  if (command.name == "node add") return "";
  if (command.arguments.starts_with("HOST")) return kHostNames;
  if (command.arguments == "[VERSION]") return kVersions;
  const bool takes_node = command.arguments.find("NAME") != std::string_view::npos || command.name == "node rename";
  return takes_node ? kNodeNames : "";
}

// Only the first word of each line that `source` prints is a name.
std::string names_of(std::string_view source) {
  return source.empty() ? "" : fmt::format("$({} 2>/dev/null | awk '{{print $1}}') ", source);
}

constexpr std::string_view kNodeTypes = "peer poller master";

// The possible values of a key, if there are few: "yes no".
std::string values_of(const config::KeySpec& key) {
  if (key.rule.type == config::ValueType::yes_no) return "yes no";
  std::vector<std::string_view> words;
  std::set<std::int64_t> meanings;
  for (const config::Choice& choice : key.rule.choices) {
    if (meanings.insert(choice.number).second) words.push_back(choice.word);
  }
  return fmt::format("{}", fmt::join(words, " "));
}

// Keys and values of all settings for `node add` and `node edit`; with --self those of the local node.
std::map<std::string, std::string> settings_of(config::Scope scope) {
  std::map<std::string, std::string> settings;
  for (const config::KeySpec& key : config::all_keys()) {
    if (key.scope == scope) settings[std::string(key.name)] = values_of(key);
  }
  return settings;
}

std::map<std::string, std::string> settings_of(const Command& command) {
  if (!command.takes_settings) return {};
  auto settings = settings_of(config::Scope::node);
  if (command.name == "node add") settings["type"] = kNodeTypes;
  return settings;
}

// "connect=yes connect=no port= ": each setting with all its values, for fish, in which it is one word.
std::string whole_settings(const std::map<std::string, std::string>& settings) {
  std::string text;
  for (const auto& [key, values] : settings) {
    std::istringstream words(values);
    bool has_values = false;
    for (std::string word; words >> word; has_values = true) fmt::format_to(std::back_inserter(text), "{}={} ", key, word);
    if (!has_values) fmt::format_to(std::back_inserter(text), "{}= ", key);
  }
  return text;
}

std::string keys_of(const std::map<std::string, std::string>& settings) {
  std::string text;
  for (const auto& [key, values] : settings) fmt::format_to(std::back_inserter(text), "{}= ", key);
  return text;
}

// The possible values of an option, as words of a POSIX shell; empty: unknown. The --type of events and logs is not one of nodes.
std::string option_values(const Option& option) {
  if (option.name == "--host") return names_of(kHostNames);
  return option.help == options::kType.help ? std::string(kNodeTypes) : "";
}

// The part behind the "=" of "key=value", and the word behind an option.
std::string value_cases() {
  std::string text;
  auto settings = settings_of(config::Scope::top);
  settings.merge(settings_of(config::Scope::node));
  settings["type"] = kNodeTypes;
  for (const auto& [key, values] : settings) {
    if (!values.empty()) fmt::format_to(std::back_inserter(text), "    *' {} =') candidates=\"{}\" ;;\n", key, values);
  }
  for (const Command* known : usual_commands()) {
    for (const Option& option : known->options) {
      if (const std::string values = option_values(option); !values.empty())
        fmt::format_to(std::back_inserter(text), "    '{0}'*' {1}'|'{0}'*' {1} =') candidates=\"{2}\" ;;\n", known->name, option.name,
                       values);
    }
  }
  return text + "    *' =') candidates=\"\" ;;\n";
}

// A POSIX shell's `case` over the words before the one being completed, in which "key=" is the two words "key" and "=".
std::string cases() {
  std::string text = value_cases();
  fmt::format_to(std::back_inserter(text), "    'node edit '*'--self'*) candidates=\"{}\" ;;\n", keys_of(settings_of(config::Scope::top)));
  for (const Command* known : usual_commands()) {
    const Command& command = *known;
    fmt::format_to(std::back_inserter(text), "    '{0}'|'{0} '*) candidates=\"{1}{2}{3}\" ;;\n", command.name, options_of(command),
                   names_of(name_source(command)), keys_of(settings_of(command)));
  }
  std::set<std::string_view> groups;
  for (const Command* known : usual_commands()) {
    if (known->name.find(' ') != std::string_view::npos) groups.insert(first_word(known->name));
  }
  for (const std::string_view group : groups) {
    std::string below;
    for (const Command* known : usual_commands()) {
      if (known->name.starts_with(fmt::format("{} ", group)))
        fmt::format_to(std::back_inserter(below), "{} ", known->name.substr(group.size() + 1));
    }
    fmt::format_to(std::back_inserter(text), "    '{}') candidates=\"{}\" ;;\n", group, below);
  }
  return text;
}

std::string bash_script() {
  return fmt::format(R"(# bash completion of mon: source this, or put it into /etc/bash_completion.d/
_mon() {{
  local candidates current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[*]:1:COMP_CWORD-1}}"
  # "key=value" is three words here; at its "=" the value begins.
  if [ "$current" = = ]; then before="$before ="; current=; fi
  case $before in
    '') candidates="{}" ;;
{}    *) candidates="" ;;
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
  case "${{COMPREPLY[*]}}" in *=) compopt -o nospace 2>/dev/null ;; esac
}}
complete -F _mon mon
)",
                     first_words(), cases());
}

// Also works as a file _mon in $fpath: then the file's text is the first run of the function.
std::string zsh_script() {
  return fmt::format(R"(#compdef mon
# zsh completion of mon: source this behind compinit, or put it into a folder of $fpath as _mon
_mon() {{
  local candidates before="${{(j: :)words[2,CURRENT-1]}}"
  # At the "=" of "key=value" the value begins.
  if [[ $PREFIX == *=* ]]; then
    before="$before ${{PREFIX%%=*}} ="
    compset -P '*='
  fi
  case $before in
    '') candidates="{}" ;;
{}    *) candidates="" ;;
  esac
  local -a all=(${{=candidates}})
  compadd -- ${{all:#*=}}
  compadd -S '' -- ${{(M)all:#*=}}
}}
if [[ $funcstack[1] == _mon ]]; then _mon "$@"; else compdef _mon mon; fi
)",
                     first_words(), cases());
}

// A list of words that a command prints, in fish: the first of each line.
std::string fish_names(std::string_view source) { return fmt::format("({} 2>/dev/null | string match -r \"\\S+\")", source); }

std::string fish_line(std::string_view condition, std::string_view words) {
  return fmt::format("complete -c mon -n '{}' -a '{}'\n", condition, words);
}

// Values without candidates are completed as files if they are files.
std::string fish_value(const Option& option) {
  if (option.value.empty()) return "";
  if (option.value == "FILE") return " -r -F";
  if (option.name == "--host") return fmt::format(" -x -a '{}'", fish_names(kHostNames));
  return option.help == options::kType.help ? fmt::format(" -x -a '{}'", kNodeTypes) : " -x";
}

std::string fish_option(std::string_view condition, const Option& option) {
  return fmt::format("complete -c mon -n '{}' -l {}{}\n", condition, option.name.substr(2), fish_value(option));
}

std::string fish_command(const Command& command, const std::string& seen) {
  std::string text;
  for (const Option& option : command.options) text += fish_option(seen, option);
  for (const Option& option : common_options()) text += fish_option(seen, option);
  const bool is_edit = command.name == "node edit";
  const std::string of_others = is_edit ? seen + "; and not __fish_contains_opt self" : seen;
  if (const std::string_view source = name_source(command); !source.empty()) text += fish_line(of_others, fish_names(source));
  if (command.takes_settings) text += fish_line(of_others, whole_settings(settings_of(command)));
  if (is_edit) text += fish_line(seen + "; and __fish_contains_opt self", whole_settings(settings_of(config::Scope::top)));
  return text;
}

std::string fish_script() {
  std::string text = "# fish completion of mon: put this into ~/.config/fish/completions/mon.fish\ncomplete -c mon -f\n";
  fmt::format_to(std::back_inserter(text), "complete -c mon -n '__fish_is_first_arg' -a '{}'\n", first_words());
  for (const Command* known : usual_commands()) {
    const Command& command = *known;
    const std::string_view first = first_word(command.name);
    const bool is_group = first.size() < command.name.size();
    const std::string_view second = is_group ? command.name.substr(first.size() + 1) : "";
    const std::string seen = is_group ? fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}", first, second)
                                      : fmt::format("__fish_seen_subcommand_from {}", first);
    if (is_group) fmt::format_to(std::back_inserter(text), "complete -c mon -n '__fish_prev_arg_in {}' -a '{}'\n", first, second);
    text += fish_command(command, seen);
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

namespace {

Outcome<int> run_completion(const Call& call, Console& console) {
  const auto script = completion_script(call.words.front());
  if (!script) return usage({fmt::format("unknown shell {}", config::quoted(call.words.front())), "completion", "one of bash, zsh, fish"});
  console.out << *script;
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kCompletion{
    .name = "completion",
    .section = Section::mon,
    .arguments = "SHELL",
    .summary = "print a completion script for bash, zsh or fish",
    .examples = {"mon completion bash", "source <(mon completion bash)"},
    .min_words = 1,
    .max_words = 1,
    .run = run_completion,
};

}  // namespace commands

}  // namespace merlin::mon
