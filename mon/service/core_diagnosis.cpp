#include "mon/service/core_diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/service/service_plan.hpp"
#include "shared/base/broker_options.hpp"
#include "shared/base/text.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kModuleFile = "merlin.so";
constexpr std::string_view kModuleLine = "broker_module=/usr/lib/merlin/merlin.so /etc/merlin/merlin.conf";
constexpr std::string_view kModulePrefix = "merlin: ";

// As the core reads it: "-1" means everything.
unsigned long broker_options(const std::string& text) {
  if (text == "-1") return ~0UL;
  return std::strtoul(text.c_str(), nullptr, 0);
}

// The last line that contains `part`; empty: none.
std::string last_with(const std::vector<std::string>& log, std::string_view part) {
  const auto found = std::find_if(log.rbegin(), log.rend(), [&](const std::string& line) { return line.find(part) != std::string::npos; });
  return found == log.rend() ? "" : *found;
}

std::string without_prefix(std::string line) { return line.starts_with(kModulePrefix) ? line.substr(kModulePrefix.size()) : line; }

// The module's first line since the core's start that explains why it is disabled.
std::string why_disabled(const CoreFacts& facts) {
  constexpr std::string_view internal = "internal error: ";
  const std::string last = without_prefix(last_with(facts.log, "Merlin is disabled"));
  if (last.starts_with(internal)) return last.substr(0, last.find(". Merlin is disabled"));
  for (const std::string& line : facts.log) {
    const std::string said = without_prefix(line);
    if (said.size() < line.size() && said != last) return said;
  }
  return "";
}

// The core's log explains why it could not load the module.
std::string why_not_loaded(const CoreFacts& facts) {
  for (const char* said : {"Error: Could not load module", "version of the event broker API", "Error: Could not locate nebmodule_init",
                           "the module was built for"}) {
    const std::string line = last_with(facts.log, said);
    if (line.find(kModuleFile) != std::string::npos || line.starts_with(kModulePrefix)) return without_prefix(line);
  }
  return "";
}

std::string last_error(const std::vector<std::string>& log) {
  const auto found = std::find_if(log.rbegin(), log.rend(),
                                  [](const std::string& line) { return line.starts_with("Error:") || line.starts_with("Caught SIGSEGV"); });
  return found == log.rend() ? "" : *found;
}

std::string or_default(const std::string& text, const char* otherwise) { return text.empty() ? otherwise : text; }

std::string log_of(const CoreFacts& facts) { return facts.settings ? or_default(facts.settings->log_file, "its log") : "its log"; }

CoreDiagnosis not_loaded(const CoreFacts& facts, const std::string& why) {
  const char* then = facts.is_running ? "mon restart" : "mon start";
  return {CoreCause::module_not_loaded, fmt::format("the core cannot load {}: {}", kModuleFile, why),
          fmt::format("install the module that was built for this core: apt-get install --reinstall merlin-module-nagios4; then {}", then)};
}

CoreDiagnosis of_stopped(const CoreFacts& facts) {
  if (!facts.complaint.empty()) {
    return {CoreCause::invalid_configuration, fmt::format("the core is not running, its configuration is invalid: {}", facts.complaint),
            fmt::format("correct it ({}), then mon start", facts.main_file)};
  }
  if (const std::string why = why_not_loaded(facts); !why.empty()) return not_loaded(facts, why);
  const std::string error = last_error(facts.log);
  if (facts.has_failed || (!error.empty() && last_with(facts.log, "Successfully shutdown").empty())) {
    return {CoreCause::has_failed, "the core has failed" + (error.empty() ? "" : ": " + error),
            fmt::format("see {} for the reason, then mon start", log_of(facts))};
  }
  return {CoreCause::stopped, "the core is not running here", "mon start"};
}

CoreDiagnosis of_disabled(const CoreFacts& facts) {
  constexpr std::string_view text = "Merlin is disabled in the core here, which runs all its checks by itself";
  if (facts.disabled) {
    const DisabledModule& disabled = *facts.disabled;
    return {CoreCause::module_disabled, fmt::format("{}: {}", text, disabled.reason),
            disabled.starts_again ? "wait until it starts again by itself, or: mon restart" : disabled.fix, disabled.starts_again};
  }
  const std::string why = why_disabled(facts);
  const bool is_internal = why.starts_with("internal error");
  return {CoreCause::module_disabled, fmt::format("{}{}{}", text, why.empty() ? "" : ": ", why),
          is_internal || why.empty() ? "mon restart" : "correct it, then mon restart"};
}

CoreDiagnosis of_running(const CoreFacts& facts) {
  const CoreSettings& settings = *facts.settings;
  if (settings.lacks_module()) {
    return {CoreCause::no_module_line,
            fmt::format("the core runs without Merlin: {} has no broker_module line for {}", facts.main_file, kModuleFile),
            fmt::format("add the line {} to {}, then mon restart", kModuleLine, facts.main_file)};
  }
  if (const std::string missing = missing_broker_options(settings.broker_options); !missing.empty()) {
    return {
        CoreCause::broker_options,
        fmt::format("the core does not report all events to Merlin: event_broker_options in {} leaves out {}", facts.main_file, missing),
        fmt::format("set event_broker_options=-1 in {}, then mon restart", facts.main_file)};
  }
  if (!last_with(facts.log, "event_broker_options leaves out").empty()) {
    return {CoreCause::broker_options, "the core runs with event_broker_options that leave out events needed by Merlin", "mon restart"};
  }
  if (const std::string why = why_not_loaded(facts); !why.empty()) return not_loaded(facts, why);
  if (facts.disabled || !last_with(facts.log, "Merlin is disabled").empty()) return of_disabled(facts);
  const bool is_loaded = !last_with(facts.log, kModulePrefix).empty() || !last_with(facts.log, kModuleFile).empty();
  if (!facts.log.empty() && !is_loaded) {
    return {CoreCause::no_module_line,
            fmt::format("the core runs without Merlin: it was started before {} named {}", facts.main_file, kModuleFile), "mon restart"};
  }
  const std::string said = without_prefix(last_with(facts.log, kModulePrefix));
  return {CoreCause::not_connected, "the core is running, but its module is not connected to merlind" + (said.empty() ? "" : ": " + said),
          fmt::format("see {}; mon restart starts both again", log_of(facts))};
}

}  // namespace

std::string_view cause_word(CoreCause cause) {
  switch (cause) {
    case CoreCause::stopped:
      return "stopped";
    case CoreCause::has_failed:
      return "failed";
    case CoreCause::invalid_configuration:
      return "invalid_configuration";
    case CoreCause::module_not_loaded:
      return "module_not_loaded";
    case CoreCause::no_module_line:
      return "no_module_line";
    case CoreCause::broker_options:
      return "broker_options";
    case CoreCause::module_disabled:
      return "module_disabled";
    case CoreCause::not_connected:
      break;
  }
  return "not_connected";
}

CoreSettings read_core_settings(const std::string& main_file, std::string_view text) {
  CoreSettings settings;
  const auto folder = std::filesystem::path(main_file).parent_path();
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos) continue;
    const std::string key = trimmed(std::string_view(line).substr(0, equals));
    const std::string value = trimmed(std::string_view(line).substr(equals + 1));
    const auto path = [&] { return value.empty() ? value : (folder / value).lexically_normal().string(); };
    if (key == "broker_module")
      settings.names_module |= std::filesystem::path(value.substr(0, value.find_first_of(" \t"))).filename() == kModuleFile;
    settings.includes_files |= key == "include_file" || key == "include_dir";
    if (key == "event_broker_options") settings.broker_options = broker_options(value);
    if (key == "log_file") settings.log_file = path();
    if (key == "query_socket") settings.query_socket = path();
  }
  return settings;
}

CoreDiagnosis diagnose(const CoreFacts& facts) {
  if (!facts.is_running) return of_stopped(facts);
  if (facts.settings) return of_running(facts);
  return {CoreCause::not_connected, "the core is running, but its module is not connected to merlind",
          facts.main_file.empty() ? "set core { config = … } in merlin.conf"
                                  : fmt::format("sudo mon node status shows more: {} cannot be read", facts.main_file)};
}

namespace {

// The status is refreshed every second, but the core's own check must not run that often.
CoreDiagnosis recent_diagnosis(const config::CoreConfig& core) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds fresh_for{10};
  static std::optional<CoreDiagnosis> last;
  static Clock::time_point looked_at;
  if (!last || Clock::now() - looked_at > fresh_for) {
    last = diagnose(look_at_core(core));
    looked_at = Clock::now();
  }
  return *last;
}

// A core whose module is disabled runs, although merlind, which sees only the link, reports it as stopped.
void show_disabled(ordered_json& status) {
  for (ordered_json& node : status["nodes"]) {
    if (node.is_object() && node.value("self", false) && core_of(node) == CoreState::stopped) set_core_disabled(node);
  }
}

}  // namespace

void explain_core(const Call& call, ordered_json& status) {
  const auto problems = status.find("problems");
  if (problems == status.end() || !problems->is_array()) return;
  for (ordered_json& problem : *problems) {
    if (!problem.is_object() || text_at(problem, "kind") != "core_not_connected") continue;
    // Most modules are disabled by an error in merlin.conf: then use the default locations.
    const auto loaded = config::load_file(call.config_path);
    const CoreDiagnosis diagnosis = recent_diagnosis(loaded.config ? loaded.config->core : config::CoreConfig{});
    problem["text"] = diagnosis.text;
    problem["fix"] = diagnosis.fix;
    problem["cause"] = cause_word(diagnosis.cause);
    if (diagnosis.cause == CoreCause::module_disabled) show_disabled(status);
    return;
  }
}

void add_missing_module_line(const Call& call, ordered_json& status) {
  const auto loaded = config::load_file(call.config_path);
  const auto problems = status.find("problems");
  if (!loaded.config || problems == status.end() || !problems->is_array()) return;
  const bool is_connected = std::ranges::any_of(nodes_of(status), [](const ordered_json& node) {
    return flag_at(node, "self") && (has_running_core(node) || core_of(node) == CoreState::stalled);
  });
  const std::string main_file = is_connected ? core_files(loaded.config->core, look_at_machine()).config : "";
  const auto settings = core_settings_at(main_file);
  if (!settings || !settings->lacks_module()) return;
  problems->push_back({{"text", fmt::format("{} has no broker_module line for {}: from its next start on, the core runs without Merlin",
                                            main_file, kModuleFile)},
                       {"fix", fmt::format("add the line {} to {}", kModuleLine, main_file)},
                       {"kind", "module_line_missing"}});
}

void add_disabled_services(const Call& call, ordered_json& status) {
  const auto loaded = config::load_file(call.config_path);
  const auto problems = status.find("problems");
  if (!loaded.config || problems == status.end() || !problems->is_array()) return;
  for (const std::string& service : services_not_started_at_boot(loaded.config->core, look_at_machine())) {
    problems->push_back({{"text", fmt::format("{}.service is disabled: it does not start when this machine does", service)},
                         {"fix", fmt::format("systemctl enable {}.service", service)},
                         {"kind", "service_disabled"}});
  }
}

}  // namespace merlin::mon
