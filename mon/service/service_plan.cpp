#include "mon/service/service_plan.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

namespace merlin::mon {
namespace {

constexpr std::array kUnitFolders = {"/etc/systemd/system/", "/run/systemd/system/", "/lib/systemd/system/", "/usr/lib/systemd/system/"};

// A core as packaged by a distribution.
struct Package {
  config::CoreType type;
  const char* service;
  const char* binary;
  const char* config;
};
constexpr std::array kPackages = {
    Package{config::CoreType::nagios4, "nagios4", "/usr/sbin/nagios4", "/etc/nagios4/nagios.cfg"},
    Package{config::CoreType::naemon, "naemon", "/usr/bin/naemon", "/etc/naemon/naemon.cfg"},
    Package{config::CoreType::nagios4, "nagios", "/usr/sbin/nagios", "/etc/nagios/nagios.cfg"},
};

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

bool has_service(const std::string& name) {
  return is_there("/etc/init.d/" + name) ||
         std::ranges::any_of(kUnitFolders, [&](const char* folder) { return is_there(folder + name + ".service"); });
}

// Wanted or required by any target. A unit without a file of its own starts by the links of its init script.
bool starts_with_the_machine(const std::string& name) {
  namespace fs = std::filesystem;
  if (std::ranges::none_of(kUnitFolders, [&](const char* folder) { return is_there(folder + name + ".service"); })) return true;
  for (const char* folder : kUnitFolders) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string extension = entry.path().extension();
      const bool is_list = extension == ".wants" || extension == ".requires";
      if (is_list && fs::symlink_status(entry.path() / (name + ".service"), ignored).type() == fs::file_type::symlink) return true;
    }
  }
  return false;
}

bool fits(const Package& package, config::CoreType type) { return type == config::CoreType::automatic || type == package.type; }

const Package* installed_core(config::CoreType type, const Machine& machine) {
  const auto found = std::ranges::find_if(
      kPackages, [&](const Package& package) { return fits(package, type) && machine.services.contains(package.service); });
  return found == kPackages.end() ? nullptr : &*found;
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
  return Error{"the service merlind is not installed here", "mon " + verb, "install Merlin's unit or init script"};
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
  const auto add_service = [&](const std::string& name) {
    if (!has_service(name)) return;
    machine.services.insert(name);
    if (machine.systemd && !starts_with_the_machine(name)) machine.disabled.insert(name);
  };
  add_service("merlind");
  for (const Package& package : kPackages) {
    add_service(package.service);
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

std::string core_service(const config::CoreConfig& core, const Machine& machine) {
  if (core.start || core.restart) return "";
  const Package* package = installed_core(core.type, machine);
  return package == nullptr ? "" : package->service;
}

std::vector<std::string> services_not_started_at_boot(const config::CoreConfig& core, const Machine& machine) {
  std::vector<std::string> services;
  for (const std::string& service : {std::string("merlind"), core_service(core, machine)}) {
    if (machine.disabled.contains(service)) services.push_back(service);
  }
  return services;
}

std::vector<std::string> verify_command(const config::CoreConfig& core, const Machine& machine) {
  if (core.verify) return shell_command(*core.verify);
  for (const Package& package : kPackages) {
    if (!fits(package, core.type)) continue;
    const bool is_installed = machine.programs.contains(package.binary) && machine.programs.contains(package.config);
    if (!is_installed && !(core.binary && core.config)) continue;
    return {core.binary.value_or(package.binary), "-v", core.config.value_or(package.config)};
  }
  return {};
}

CoreFiles core_files(const config::CoreConfig& core, const Machine& machine) {
  CoreFiles files{core.config.value_or(""), core.binary.value_or("")};
  for (const Package& package : kPackages) {
    if (!fits(package, core.type)) continue;
    const bool is_installed = machine.programs.contains(package.binary) && machine.programs.contains(package.config);
    if (!is_installed) continue;
    if (files.config.empty()) files.config = package.config;
    if (files.binary.empty()) files.binary = package.binary;
  }
  return files;
}

}  // namespace merlin::mon
