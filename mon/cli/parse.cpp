#include "mon/cli/parse.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <memory>
#include <sstream>

#include "mon/cli/commands.hpp"
#include "shared/config/nearest.hpp"
#include "shared/config/problems.hpp"

namespace merlin::mon {
namespace {

// One level of the command line (mon, a group, a command) with its arguments.
struct Level {
  CLI::App* app = nullptr;
  std::string name;                  // "", "node", "node add"
  const Command* command = nullptr;  // of the last level only
  std::map<std::string, std::string> values;
  std::map<std::string, CLI::Option*> options;
  std::vector<std::string> words;
};

class Grammar {
 public:
  Grammar() {
    root_ = &add_level(nullptr, "", nullptr);
    for (const Command* command : all_commands()) add_command(*command);
  }

  void parse(std::vector<std::string> arguments) {
    std::ranges::reverse(arguments);  // as CLI11 needs them
    app_.parse(arguments);
  }

  // From the outside inwards, as far as the arguments name a command.
  std::vector<const Level*> chosen() const {
    std::vector<const Level*> path{root_};
    for (const CLI::App* app = root_->app; !app->get_subcommands().empty();) {
      app = app->get_subcommands().front();
      path.push_back(std::ranges::find(levels_, app, [](const auto& level) { return level->app; })->get());
    }
    return path;
  }

 private:
  void add_command(const Command& command) {
    const std::size_t space = command.name.find(' ');
    if (space == std::string_view::npos) {
      add_level(root_, std::string(command.name), &command);
      return;
    }
    const std::string group_name(command.name.substr(0, space));
    const auto known = std::ranges::find(levels_, group_name, [](const auto& level) { return level->name; });
    Level& group = known != levels_.end() ? **known : add_level(root_, group_name, nullptr);
    add_level(&group, std::string(command.name), &command);
  }

  Level& add_level(Level* parent, std::string name, const Command* command) {
    levels_.push_back(std::make_unique<Level>());
    Level& level = *levels_.back();
    level.app = parent == nullptr ? &app_ : parent->app->add_subcommand(name.substr(name.rfind(' ') + 1));
    level.name = std::move(name);
    level.command = command;
    level.app->set_help_flag();
    level.app->allow_extras();
    level.app->require_subcommand(0, command == nullptr ? 1 : 0);
    add_options(level);
    return level;
  }

  void add_options(Level& level) {
    for (const Option& option : common_options()) add_option(level, option);
    if (level.command == nullptr) return add_option(level, Option{"--json", "", ""});
    for (const Option& option : level.command->options) add_option(level, option);
    level.app->add_option("words", level.words)->expected(-1);
  }

  void add_option(Level& level, const Option& option) {
    const std::string name(option.name);
    const std::string spelt = name == "--help" ? "-h,--help" : name;
    level.options[name] = option.value.empty() ? level.app->add_flag(spelt)
                                               : level.app->add_option(spelt, level.values[name])->take_last()->allow_extra_args(false);
  }

  CLI::App app_;
  std::vector<std::unique_ptr<Level>> levels_;
  Level* root_ = nullptr;
};

Error usage_error(std::string what, const Command& command) {
  const std::string_view gap = command.arguments.empty() ? "" : " ";
  return {std::move(what), std::string(command.name), fmt::format("usage: mon {}{}{}", command.name, gap, command.arguments)};
}

bool is_option(std::string_view argument) { return argument.starts_with('-') && argument.size() > 1; }

bool takes(const Command& command, std::string_view option) {
  return std::ranges::count(command.options, option, &Option::name) + std::ranges::count(common_options(), option, &Option::name) > 0;
}

Error unknown_option(const Command* command, std::string_view given) {
  const std::string name(given.substr(0, given.find('=')));
  std::vector<std::string_view> known;
  for (const Option& option : common_options()) known.push_back(option.name);
  if (command != nullptr) {
    for (const Option& option : command->options) known.push_back(option.name);
  }
  const auto near = config::nearest(name, known);
  const std::string topic = command == nullptr ? "" : fmt::format("{} ", command->name);
  return {fmt::format("unknown option {}", config::quoted(name)), command == nullptr ? "" : std::string(command->name),
          near ? fmt::format("did you mean {}?", *near) : fmt::format("mon {}--help lists them", topic)};
}

Error unknown_command(const Level& level) {
  const auto extras = level.app->remaining();
  const auto option = std::ranges::find_if(extras, is_option);
  const auto word = std::ranges::find_if_not(extras, is_option);
  if (word == extras.end() && option != extras.end()) return unknown_option(nullptr, *option);
  const std::string help = fmt::format("mon {}{}--help lists them", level.name, level.name.empty() ? "" : " ");
  if (word == extras.end()) return {"no command given", level.name, help};

  const std::string prefix = level.name.empty() ? "" : level.name + " ";
  const std::string one = prefix + *word;
  const auto next = std::next(word);
  const std::string two = next == extras.end() || is_option(*next) ? one : one + " " + *next;
  std::string_view near = nearest_command(two);
  if (near.empty()) near = nearest_command(one);
  if (near.empty()) near = nearest_command(*word);
  const bool is_group = prefix.empty() && two != one && near.find(' ') != std::string_view::npos;
  return {fmt::format("unknown command {}", config::quoted(is_group ? two : one)), "",
          near.empty() ? help : fmt::format("did you mean 'mon {}'?", near)};
}

// Separates words and settings. Arguments unknown to CLI11 start with a dash.
Result<> sort_arguments(Call& call, const Level& level, const std::vector<std::string>& arguments) {
  const Command& command = *call.command;
  std::vector<std::string> settings;
  for (const std::string& word : level.words) {
    const bool is_setting = command.takes_settings && word.find('=') != std::string::npos;
    (is_setting ? settings : call.words).push_back(word);
  }
  for (const std::string& argument : level.app->remaining()) {
    if (!command.takes_settings || !argument.starts_with("--")) return unknown_option(&command, argument);
    if (argument.find('=') == std::string::npos) {
      return usage_error(fmt::format("{} has no value; write {}=VALUE", config::quoted(argument), argument.substr(2)), command);
    }
    settings.push_back(argument.substr(2));
  }
  // In the order in which they were typed, however they were spelt.
  std::ranges::stable_sort(settings, {}, [&](const std::string& setting) {
    return std::ranges::find_if(arguments, [&](const std::string& argument) { return argument == setting || argument == "--" + setting; });
  });
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == 0) return usage_error(fmt::format("{} has no key before '='", config::quoted(setting)), command);
    call.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return Ok{};
}

// The name of the argument at `index` in the usage line: "NAME".
std::string argument_name(const Command& command, std::size_t index) {
  std::istringstream words{std::string(command.arguments)};
  std::string word;
  for (std::size_t i = 0; i <= index; ++i) words >> word;
  const std::size_t repeats = word.find("…");
  return word.substr(0, repeats);
}

Result<> check_words(const Call& call) {
  const Command& command = *call.command;
  if (call.words.size() < command.min_words) return usage_error(argument_name(command, call.words.size()) + " is missing", command);
  if (call.words.size() <= command.max_words) return Ok{};
  return usage_error(fmt::format("too many arguments: {}", config::quoted(call.words[command.max_words])), command);
}

Result<> read_common(Call& call, const std::string& default_config) {
  call.config_path = default_config;
  call.timeout = call.command->timeout;
  if (call.has("--config")) call.config_path = call.options["--config"];
  if (call.config_path.empty()) return usage_error("--config names no file", *call.command);
  if (!call.has("--timeout")) return Ok{};
  const auto timeout = read_timeout(call.options["--timeout"]);
  if (!timeout) {
    return Error{fmt::format("{} is not a time", config::quoted(call.options["--timeout"])),
                 std::string(call.command->name) + ": --timeout", "30, 30s, 500ms, 2m or 1h; at most 24h"};
  }
  call.timeout = *timeout;
  return Ok{};
}

Result<Call> make_call(const std::vector<const Level*>& path, const std::vector<std::string>& arguments,
                       const std::string& default_config) {
  Call call;
  call.command = path.back()->command;
  for (const Level* level : path) {
    for (const auto& [name, option] : level->options) {
      if (option->count() == 0) continue;
      if (!takes(*call.command, name)) return unknown_option(call.command, name);
      const bool is_flag = !level->values.contains(name);
      if (is_flag && option->results().front() != "true") return usage_error(name + " takes no value", *call.command);
      const auto value = level->values.find(name);
      call.options[name] = value == level->values.end() ? "" : value->second;
    }
    const auto unknown = level->app->remaining();
    if (level != path.back() && !unknown.empty()) return unknown_option(call.command, unknown.front());
  }
  if (auto sorted = sort_arguments(call, *path.back(), arguments); !sorted) return sorted.error();
  if (auto words = check_words(call); !words) return words.error();
  if (auto read = read_common(call, default_config); !read) return read.error();
  return call;
}

using Parsed = std::variant<Call, HelpWanted>;

bool help_wanted(const std::vector<const Level*>& path) {
  return std::ranges::any_of(path, [](const Level* level) { return level->options.at("--help")->count() > 0; });
}

Result<Parsed> parse_own(const std::vector<std::string>& arguments, const std::string& default_config) {
  Grammar grammar;
  try {
    grammar.parse(arguments);
  } catch (const CLI::ParseError& fault) {
    const Level& level = *grammar.chosen().back();
    const std::string said = fault.what();
    const bool lacks_value = dynamic_cast<const CLI::ArgumentMismatch*>(&fault) != nullptr;
    return Error{lacks_value ? said.substr(0, said.find(':')) + " needs a value" : said, level.name,
                 fmt::format("mon {}{}--help shows how", level.name, level.name.empty() ? "" : " ")};
  }
  const auto path = grammar.chosen();
  const Level& last = *path.back();
  const bool stray_word = last.command == nullptr && !std::ranges::all_of(last.app->remaining(), is_option);
  if (help_wanted(path) && !stray_word) return Parsed(HelpWanted{.topic = last.name, .all = false, .is_short = false});
  if (last.command == nullptr) return unknown_command(last);
  auto call = make_call(path, arguments, default_config);
  if (!call) return call.error();
  return Parsed(std::move(*call));
}

// The command that the words name, or null, whatever other errors they contain.
const Command* command_of(const std::vector<std::string>& arguments) {
  Grammar grammar;
  try {
    grammar.parse(arguments);
  } catch (const CLI::ParseError&) {
    // The words before it are known; the final parsing reports what it is.
  }
  return grammar.chosen().back()->command;
}

// The words after "--" belong to a command that takes one; for all others "--" only ends the options.
Result<Parsed> parse_with_command(const std::vector<std::string>& arguments, const std::string& default_config) {
  const auto dashes = std::ranges::find(arguments, "--");
  const std::vector<std::string> own(arguments.begin(), dashes);
  const Command* command = command_of(own);
  if (command == nullptr || !command->takes_command) return parse_own(arguments, default_config);
  auto parsed = parse_own(own, default_config);
  Call* call = parsed ? std::get_if<Call>(&*parsed) : nullptr;
  if (call == nullptr) return parsed;
  if (dashes != arguments.end()) call->command_words.assign(dashes + 1, arguments.end());
  if (call->command_words.empty()) return usage_error("COMMAND is missing after '--'", *call->command);
  return parsed;
}

// mon help [--all] [COMMAND]
Result<Parsed> parse_help(std::vector<std::string> words) {
  const bool all = std::erase(words, "--all") > 0;
  std::erase(words, "--help");
  const std::string topic = fmt::format("{}", fmt::join(words, " "));
  const std::string group = topic + " ";
  const bool is_known = topic.empty() || find_command(topic) != nullptr ||
                        std::ranges::any_of(all_commands(), [&](const Command* command) { return command->name.starts_with(group); });
  if (is_known) return Parsed(HelpWanted{.topic = topic, .all = all, .is_short = false});
  const std::string_view near = nearest_command(topic);
  return Error{fmt::format("unknown command {}", config::quoted(topic)), "help",
               near.empty() ? "mon help lists them" : fmt::format("did you mean 'mon {}'?", near)};
}

}  // namespace

Result<std::variant<Call, HelpWanted>> parse_arguments(const std::vector<std::string>& arguments, const std::string& default_config) {
  if (arguments.empty()) return Parsed(HelpWanted{.topic = "", .all = false, .is_short = true});
  if (arguments.front() == "help") return parse_help({arguments.begin() + 1, arguments.end()});
  if (arguments.front() == "--version") {
    std::vector<std::string> spelt = arguments;
    spelt.front() = "version";
    return parse_with_command(spelt, default_config);
  }
  return parse_with_command(arguments, default_config);
}

std::optional<Millis> read_timeout(std::string_view text) {
  std::int64_t number = 0;
  const auto [unit_begin, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || number <= 0 || number > kLongestTimeout.count()) return std::nullopt;
  const std::string_view unit(unit_begin, static_cast<std::size_t>(text.data() + text.size() - unit_begin));
  Millis one{};
  if (unit == "ms") one = Millis(1);
  if (unit.empty() || unit == "s") one = std::chrono::seconds(1);
  if (unit == "m") one = std::chrono::minutes(1);
  if (unit == "h") one = std::chrono::hours(1);
  const Millis timeout = one * number;
  return one.count() == 0 || timeout > kLongestTimeout ? std::nullopt : std::optional(timeout);
}

}  // namespace merlin::mon
