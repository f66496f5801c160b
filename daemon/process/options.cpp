#include "daemon/process/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "daemon/process/option_texts.hpp"
#include "shared/config/config.hpp"

namespace merlin::daemon {

ParsedOptions parse_options(int argc, char** argv) {
  Options options;
  const char* from_environment = std::getenv("MERLIN_CONF");
  options.config = from_environment != nullptr ? from_environment : std::string(config::kDefaultPath);
  bool init = false;
  bool check = false;
  bool version = false;

  CLI::App app(
      "merlind makes several monitoring cores share their checks and take over for each other.\n"
      "Example: merlind --config /etc/merlin/merlin.conf --foreground");
  app.name("merlind");
  app.add_option(kConfigOption.name, options.config, kConfigOption.help)->capture_default_str();
  app.add_flag(kForegroundOption.name, options.foreground, kForegroundOption.help);
  auto* tasks = app.add_option_group("task");
  tasks->add_flag(kInitOption.name, init, kInitOption.help);
  tasks->add_flag(kCheckOption.name, check, kCheckOption.help);
  tasks->add_flag(kVersionOption.name, version, kVersionOption.help);
  tasks->require_option(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return {std::nullopt, app.exit(error)};
    std::cerr << "merlind: " << error.what() << "; see merlind --help\n";
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
