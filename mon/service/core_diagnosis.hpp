// Why this node's core is not connected to merlind, and the fix.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mon/cli/command.hpp"
#include "mon/service/core_query.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

// The relevant settings in the core's main file.
struct CoreSettings {
  bool names_module = false;  // a broker_module line for merlin.so
  unsigned long broker_options = 0;
  std::string log_file;         // absolute
  std::string query_socket;     // absolute
  bool includes_files = false;  // include_file or include_dir: these files are not read here
  bool lacks_module() const { return !names_module && !includes_files; }
};
CoreSettings read_core_settings(const std::string& main_file, std::string_view text);

struct CoreFacts {
  std::string main_file;                   // empty: unknown
  std::optional<CoreSettings> settings;    // empty: the main file cannot be read
  bool is_running = false;                 // a process of the core exists
  bool has_failed = false;                 // the service manager reports that it failed
  std::string complaint;                   // of the core's own check of its configuration; only if the core does not run
  std::optional<DisabledModule> disabled;  // the module's own report
  std::vector<std::string> log;            // its log since its last start, without times; empty: it cannot be read
};

// The words are the values of "cause" in `mon node status --json`.
enum class CoreCause {
  stopped,
  has_failed,
  invalid_configuration,
  module_not_loaded,
  no_module_line,
  broker_options,
  module_disabled,
  not_connected
};
std::string_view cause_word(CoreCause cause);

struct CoreDiagnosis {
  CoreCause cause = CoreCause::not_connected;
  std::string text;
  std::string fix;              // as in the problems of `mon node status`
  bool ends_by_itself = false;  // the module starts again by itself
};

// Pure.
CoreDiagnosis diagnose(const CoreFacts& facts);

// Inspects processes, files and the service manager; runs the core's check if the core does not run.
CoreFacts look_at_core(const config::CoreConfig& core);
// Empty: the file cannot be read.
std::optional<CoreSettings> core_settings_at(const std::string& main_file);
// Whether a process of the core exists; empty if that is unknown, because its main file and program are unknown.
std::optional<bool> core_process_runs(const config::CoreConfig& core);

// Replaces merlind's "the core is not connected here" by the cause.
void explain_core(const Call& call, nlohmann::ordered_json& status);
// Adds a main file that lost the module's line while the core runs with the module: its next start will be without it.
void add_missing_module_line(const Call& call, nlohmann::ordered_json& status);
// Adds services that systemd does not start at boot.
void add_disabled_services(const Call& call, nlohmann::ordered_json& status);

}  // namespace merlin::mon
