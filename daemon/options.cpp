#include "options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "config/config.hpp"
#include "option_texts.hpp"

namespace merlin::daemon {

ParsedOptions parse_options(int argc, char** argv) {
  Options options;
  const char* from_environment = std::getenv("MERLIN_CONF");
  options.config = from_environment != nullptr ? from_environment : std::string(config::default_path);
  bool init = false;
  bool check = false;
  bool version = false;

  CLI::App app(
      "merlind lets several monitoring cores share their checks and take over from each other.\n"
      "Example: merlind --config /etc/merlin/merlin.conf --foreground");
  app.name("merlind");
  app.add_option(config_option.name, options.config, config_option.help)->capture_default_str();
  app.add_flag(foreground_option.name, options.foreground, foreground_option.help);
  auto* tasks = app.add_option_group("task");
  tasks->add_flag(init_option.name, init, init_option.help);
  tasks->add_flag(check_option.name, check, check_option.help);
  tasks->add_flag(version_option.name, version, version_option.help);
  tasks->require_option(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return {std::nullopt, app.exit(error)};
    std::cerr << "merlind: " << error.what() << "; merlind --help shows what there is\n";
    return {std::nullopt, 2};
  }
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(options.config, failed);
  if (!failed) options.config = absolute.lexically_normal().string();
  if (init) options.task = Task::init;
  if (check) options.task = Task::check;
  if (version) options.task = Task::version;
  return {options, 0};
}

}  // namespace merlin::daemon
