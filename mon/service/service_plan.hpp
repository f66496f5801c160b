// Which commands start and stop merlind and the core on this machine, and in which order. Pure except for
// look_at_machine().
#pragma once

#include <set>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

struct Machine {
  bool systemd = false;              // systemd is running
  std::set<std::string> services;    // those with a unit or init script: "merlind", "nagios4"
  std::set<std::string> programs;    // the cores' default files that exist
  std::set<std::string> disabled{};  // the services that systemd does not start at boot
};
Machine look_at_machine();

enum class Action { start, stop, restart, restart_core };

struct ServiceStep {
  std::string what;  // "merlind", "core"
  std::string done;  // "started", "stopped", "restarted"
  std::vector<std::string> argv;
};

// start: merlind, then the core. stop: the core, then merlind. restart: the core stops, merlind restarts,
// the core starts; with only `core { restart }` set: merlind restarts, then the core. restart_core: the same without
// merlind. core { start stop restart } has precedence over the machine's services. Error: a service that cannot be found.
Result<std::vector<ServiceStep>> plan_service(Action action, const config::CoreConfig& core, const Machine& machine);

// The core's service: "nagios4"; empty if none is installed, or if merlin.conf has commands of its own.
std::string core_service(const config::CoreConfig& core, const Machine& machine);

// merlind's and the core's services, if they do not start at boot.
std::vector<std::string> services_not_started_at_boot(const config::CoreConfig& core, const Machine& machine);

// The command with which the core checks its configuration; empty if neither merlin.conf nor the machine has one.
std::vector<std::string> verify_command(const config::CoreConfig& core, const Machine& machine);

// The core's main configuration file and its program; empty if neither merlin.conf nor the machine has one.
struct CoreFiles {
  std::string config;
  std::string binary;
};
CoreFiles core_files(const config::CoreConfig& core, const Machine& machine);

}  // namespace merlin::mon
