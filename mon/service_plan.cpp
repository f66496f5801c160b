#include "mon/service_plan.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace merlin::mon {
namespace {

constexpr std::array unit_folders = {"/etc/systemd/system/", "/run/systemd/system/", "/lib/systemd/system/", "/usr/lib/systemd/system/"};

// A core as distributions package it.
struct Package {
  config::CoreType type;
  const char* service;
  const char* binary;
  const char* config;
};
constexpr std::array packages = {
    Package{config::CoreType::nagios4, "nagios4", "/usr/sbin/nagios4", "/etc/nagios4/nagios.cfg"},
    Package{config::CoreType::naemon, "naemon", "/usr/bin/naemon", "/etc/naemon/naemon.cfg"},
    Package{config::CoreType::nagios4, "nagios", "/usr/sbin/nagios", "/etc/nagios/nagios.cfg"},
};

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

bool has_service(const std::string& name) {
  return is_there("/etc/init.d/" + name) ||
         std::ranges::any_of(unit_folders, [&](const char* folder) { return is_there(folder + name + ".service"); });
}

bool fits(const Package& package, config::CoreType type) { return type == config::CoreType::automatic || type == package.type; }

const Package* installed_core(config::CoreType type, const Machine& machine) {
  const auto found = std::ranges::find_if(
      packages, [&](const Package& package) { return fits(package, type) && machine.services.contains(package.service); });
  return found == packages.end() ? nullptr : &*found;
}

std::vector<std::string> service_command(const std::string& name, const std::string& verb, const Machine& machine) {
  if (machine.systemd) return {"systemctl", verb, name + ".service"};
  return {"/etc/init.d/" + name, verb};
}

std::vector<std::string> shell_command(const std::string& command) { return {"/bin/sh", "-c", command}; }

std::string past_tense(const std::string& verb) { return verb == "stop" ? "stopped" : verb + "ed"; }

Result<ServiceStep> core_step(const std::string& verb, const std::optional<std::string>& own, const config::CoreConfig& core,
                              const Machine& machine) {
  if (own) return ServiceStep{"core", past_tense(verb), shell_command(*own)};
  const Package* package = installed_core(core.type, machine);
  if (package == nullptr) {
    return Error{"no service of a core is installed here", "mon " + verb, "set core { start = …  stop = … } in merlin.conf"};
  }
  return ServiceStep{"core", past_tense(verb), service_command(package->service, verb, machine)};
}

Result<ServiceStep> daemon_step(const std::string& verb, const Machine& machine) {
  if (machine.services.contains("merlind")) return ServiceStep{"merlind", past_tense(verb), service_command("merlind", verb, machine)};
  return Error{"no service merlind is installed here", "mon " + verb, "install Merlin's unit or init script"};
}

Result<std::vector<ServiceStep>> in_order(std::vector<Result<ServiceStep>> steps) {
  std::vector<ServiceStep> plan;
  for (const auto& step : steps) {
    if (!step) return step.error();
    plan.push_back(*step);
  }
  return plan;
}

}  // namespace

Machine look_at_machine() {
  Machine machine;
  machine.systemd = is_there("/run/systemd/system");
  if (has_service("merlind")) machine.services.insert("merlind");
  for (const Package& package : packages) {
    if (has_service(package.service)) machine.services.insert(package.service);
    for (const char* file : {package.binary, package.config}) {
      if (is_there(file)) machine.programs.insert(file);
    }
  }
  return machine;
}

Result<std::vector<ServiceStep>> plan_service(Action action, const config::CoreConfig& core, const Machine& machine) {
  const auto core_start = [&] { return core_step("start", core.start, core, machine); };
  const auto core_stop = [&] { return core_step("stop", core.stop, core, machine); };
  if (action == Action::start) return in_order({daemon_step("start", machine), core_start()});
  if (action == Action::stop) return in_order({core_stop(), daemon_step("stop", machine)});
  const bool only_restart = core.restart && !(core.start && core.stop);
  const bool is_all = action == Action::restart;
  if (only_restart && !is_all) return in_order({core_step("restart", core.restart, core, machine)});
  if (!is_all) return in_order({core_stop(), core_start()});
  if (only_restart) return in_order({daemon_step("restart", machine), core_step("restart", core.restart, core, machine)});
  return in_order({core_stop(), daemon_step("restart", machine), core_start()});
}

std::vector<std::string> verify_command(const config::CoreConfig& core, const Machine& machine) {
  if (core.verify) return shell_command(*core.verify);
  for (const Package& package : packages) {
    if (!fits(package, core.type)) continue;
    const bool is_installed = machine.programs.contains(package.binary) && machine.programs.contains(package.config);
    if (!is_installed && !(core.binary && core.config)) continue;
    return {core.binary.value_or(package.binary), "-v", core.config.value_or(package.config)};
  }
  return {};
}

CoreFiles core_files(const config::CoreConfig& core, const Machine& machine) {
  CoreFiles files{core.config.value_or(""), core.binary.value_or("")};
  for (const Package& package : packages) {
    if (!fits(package, core.type)) continue;
    const bool is_installed = machine.programs.contains(package.binary) && machine.programs.contains(package.config);
    if (!is_installed) continue;
    if (files.config.empty()) files.config = package.config;
    if (files.binary.empty()) files.binary = package.binary;
  }
  return files;
}

}  // namespace merlin::mon
