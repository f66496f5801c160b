// merlind's command line.
#pragma once

#include <optional>
#include <string>

namespace merlin::daemon {

enum class Task {
  run,
  init,   // create the identity if there is none, print its fingerprint
  check,  // validate merlin.conf
  version,
};

struct Options {
  std::string config;  // absolute
  Task task = Task::run;
  bool foreground = false;
};

struct ParsedOptions {
  std::optional<Options> options;
  int exit_status = 0;  // unset: help was shown (0), or the usage was wrong (2) and an error was printed
};

ParsedOptions parse_options(int argc, char** argv);

}  // namespace merlin::daemon
