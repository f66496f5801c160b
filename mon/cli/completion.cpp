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

// The command that prints the possible names for a command's arguments; empty: none. Nodes are those of merlin.conf, hosts those of
// the core's status file, versions those of the object configuration here.
std::string_view name_source(const Command& command) {
  if (command.name == "node add") return "";
  if (command.arguments.starts_with("HOST")) return "mon object names";
  if (command.arguments == "[VERSION]") return "mon oconf history";
  return command.arguments.find("NAME") != std::string_view::npos ? "mon node list" : "";
}

// Only the first word of each line that it prints is a name.
std::string names_of(const Command& command) {
  const std::string_view source = name_source(command);
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

// "connect=yes connect=no port= ": each setting with all its values, for shells in which it is one word.
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

// Not for the --type of events and logs.
bool takes_types(const Command& command) { return std::ranges::count(command.options, options::kType.help, &Option::help) > 0; }

std::string settings_words(const std::map<std::string, std::string>& settings, bool is_bash) {
  return is_bash ? keys_of(settings) : whole_settings(settings);
}

// bash splits "key=value" into three words, so it completes only the part after the "=".
std::string value_cases() {
  std::string text;
  auto settings = settings_of(config::Scope::top);
  settings.merge(settings_of(config::Scope::node));
  settings["type"] = kNodeTypes;
  for (const auto& [key, values] : settings) {
    if (!values.empty()) fmt::format_to(std::back_inserter(text), "    *' {} =') candidates=\"{}\" ;;\n", key, values);
  }
  for (const Command* known : usual_commands()) {
    if (!takes_types(*known)) continue;
    fmt::format_to(std::back_inserter(text), "    '{0}'*' --type'|'{0}'*' --type =') candidates=\"{1}\" ;;\n", known->name, kNodeTypes);
  }
  return text;
}

// A POSIX shell's `case` over the words before the one being completed.
std::string cases(bool is_bash) {
  std::string text = is_bash ? value_cases() : "";
  const std::string own = settings_words(settings_of(config::Scope::top), is_bash);
  fmt::format_to(std::back_inserter(text), "    'node edit '*'--self'*) candidates=\"{}\" ;;\n", own);
  for (const Command* known : usual_commands()) {
    const Command& command = *known;
    std::string types;
    if (takes_types(command) && !is_bash) types = "--type=peer --type=poller --type=master ";
    fmt::format_to(std::back_inserter(text), "    '{0}'|'{0} '*) candidates=\"{1}{2}{3}{4}\" ;;\n", command.name, options_of(command),
                   types, names_of(command), settings_words(settings_of(command), is_bash));
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
                     first_words(), cases(true));
}

// Also works as a file _mon in $fpath: then the file's text is the first run of the function.
std::string zsh_script() {
  return fmt::format(R"(#compdef mon
# zsh completion of mon: source this behind compinit, or put it into a folder of $fpath as _mon
_mon() {{
  local candidates before="${{(j: :)words[2,CURRENT-1]}}"
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
                     first_words(), cases(false));
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
    fmt::format_to(std::back_inserter(text), "complete -c mon -n '{}' -a '{}'\n", seen, options_of(command));
    if (const std::string_view source = name_source(command); !source.empty())
      fmt::format_to(std::back_inserter(text), "complete -c mon -n '{}' -a '({} 2>/dev/null | string match -r \"\\S+\")'\n", seen, source);
    if (command.takes_settings)
      fmt::format_to(std::back_inserter(text), "complete -c mon -n '{}' -a '{}'\n", seen, whole_settings(settings_of(command)));
    if (takes_types(command))
      fmt::format_to(std::back_inserter(text), "complete -c mon -n '{}' -a '--type=peer --type=poller --type=master'\n", seen);
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
