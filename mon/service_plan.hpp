// Which commands start and stop merlind and the core on this machine, and in which order. Pure but for
// look_at_machine().
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"

namespace merlin::mon {

struct Machine {
  bool systemd = false;            // it runs
  std::set<std::string> services;  // unit or init script is there: "merlind", "nagios4"
  std::set<std::string> programs;  // of the cores' usual files, those that are there
};
Machine look_at_machine();

enum class Action { start, stop, restart, restart_core };

struct ServiceStep {
  std::string what;  // "merlind", "core"
  std::string done;  // "started", "stopped", "restarted"
  std::vector<std::string> argv;
};

// start: merlind, then the core. stop: the core, then merlind. restart: the core stops, merlind restarts,
// the core starts; with only `core { restart }` set: merlind restarts, then that. restart_core: the same without
// merlind. What core { start stop restart } say goes before what the machine has. Error: a service that cannot be found.
Result<std::vector<ServiceStep>> plan_service(Action action, const config::CoreConfig& core, const Machine& machine);

// How the core checks its own configuration; empty where neither merlin.conf nor the machine says.
std::vector<std::string> verify_command(const config::CoreConfig& core, const Machine& machine);

// The core's main configuration file and its program; empty where neither merlin.conf nor the machine says.
struct CoreFiles {
  std::string config;
  std::string binary;
};
CoreFiles core_files(const config::CoreConfig& core, const Machine& machine);

}  // namespace merlin::mon
