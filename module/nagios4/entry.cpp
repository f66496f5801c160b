// The functions that Nagios calls to load and unload the module: whatever fails, the core continues.
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

#include "module/nagios4/guard.hpp"
#include "module/nagios4/headers.hpp"
#include "module/shell/last_good.hpp"
#include "shared/base/assert.hpp"
#include "shared/base/broker_options.hpp"
#include "shared/config/load.hpp"

#define MERLIN_EXPORT extern "C" __attribute__((visibility("default")))

MERLIN_EXPORT int nebmodule_init(int flags, char* arguments, void* handle);
MERLIN_EXPORT int nebmodule_deinit(int flags, int reason);
MERLIN_EXPORT int __neb_api_version;
int __neb_api_version = CURRENT_NEB_API_VERSION;

namespace merlin::neb {
namespace {

[[noreturn]] void throw_assertion(const char* expression, const char* file, int line) {
  throw std::logic_error(std::string("assertion failed: ") + expression + " at " + file + ":" + std::to_string(line));
}

void say(LogLevel level, const std::string& line) {
  if (level == LogLevel::error && loaded->first_error.empty()) loaded->first_error = line;
  loaded->core.log(level, line);
}

constexpr unsigned long all_needed_options() {
  unsigned long bits = 0;
  for (const BrokerOption& option : kNeededBrokerOptions) bits |= option.bit;
  return bits;
}
static_assert(all_needed_options() ==
              (BROKER_PROGRAM_STATE | BROKER_SERVICE_CHECKS | BROKER_HOST_CHECKS | BROKER_EVENT_HANDLERS | BROKER_NOTIFICATIONS |
               BROKER_COMMENT_DATA | BROKER_DOWNTIME_DATA | BROKER_ADAPTIVE_DATA | BROKER_EXTERNALCOMMAND_DATA | BROKER_RETENTION_DATA |
               BROKER_ACKNOWLEDGEMENT_DATA | BROKER_STATECHANGE_DATA));

bool fits_core() {
  if (__nagios_object_structure_version != CURRENT_OBJECT_STRUCTURE_VERSION) {
    say(LogLevel::error, "this core's objects are of version " + std::to_string(__nagios_object_structure_version) +
                             ", the module was built for " + std::to_string(CURRENT_OBJECT_STRUCTURE_VERSION) +
                             "; install the module that was built for this core");
    return false;
  }
  if (std::strcmp(get_program_version(), PROGRAM_VERSION) != 0) {
    say(LogLevel::warning, std::string("built for Nagios ") + PROGRAM_VERSION + ", loaded by " + get_program_version());
  }
  const std::string missing = missing_broker_options(event_broker_options);
  if (missing.empty()) return true;
  say(LogLevel::error, "event_broker_options leaves out " + missing + "; set event_broker_options=-1 in the core's configuration");
  return false;
}

// "/path/merlin.conf", "config_file=/path/merlin.conf", or nothing.
std::string config_path(const char* arguments) {
  std::string path = arguments != nullptr ? arguments : "";
  const auto first = path.find_first_not_of(" \t");
  if (first == std::string::npos) return std::string(config::kDefaultPath);
  path = path.substr(first, path.find_last_not_of(" \t\r\n") - first + 1);
  constexpr std::string_view key = "config_file=";
  return path.starts_with(key) ? path.substr(key.size()) : path;
}

bool read_config(const std::string& path) {
  Loading loading = load_or_fall_back(path, config::disk());
  for (const Error& error : loading.errors) say(LogLevel::error, error.text());
  for (const Error& warning : loading.result.warnings) say(LogLevel::warning, warning.text());
  if (!loading.result.ok()) return false;
  loaded->config = *std::move(loading.result.config);
  if (loading.is_last_good) {
    say(LogLevel::error,
        path + " is invalid: Merlin continues with the settings from before the reload. Fix the above, then reload the core");
  }
  const FileLog file(loaded->config.module.log_file, loaded->config.module.log_level);
  const auto own_log = loaded->config.module.log_file.starts_with("/") ? loaded->core.log_to(file) : Result<>(Ok{});
  if (!own_log) say(LogLevel::warning, own_log.error().text() + "; Merlin logs only here");
  loaded->wraps = std::make_unique<TlsWraps>(loaded->config);
  return true;
}

void describe(void* handle) {
  char title[] = "Merlin";
  char version[] = MERLIN_VERSION;
  char license[] = "GPL-2.0-or-later";
  char text[] = "Makes several Nagios servers monitor the same hosts as one system";
  neb_set_module_info(handle, NEBMODULE_MODINFO_TITLE, title);
  neb_set_module_info(handle, NEBMODULE_MODINFO_VERSION, version);
  neb_set_module_info(handle, NEBMODULE_MODINFO_LICENSE, license);
  neb_set_module_info(handle, NEBMODULE_MODINFO_DESC, text);
}

void load(char* arguments, void* handle) {
  if (loaded != nullptr) return say(LogLevel::error, "loaded twice; the second broker_module line has no effect");
  set_assertion_handler(throw_assertion);
  loaded = new Loaded;
  describe(handle);
  const std::string path = config_path(arguments);
  qh_register_handler("merlin", "Merlin: the checks of this core, and its link to merlind", 0, on_query);
  // Read first, so that the module's own log also contains the problems found below.
  const bool is_configured = read_config(path);
  if (!fits_core() || !is_configured) {
    loaded->disabled = Disabled{loaded->first_error, "fix that, then reload the core: mon restart", std::nullopt};
    say(LogLevel::error, "Merlin is disabled: this core runs all its checks by itself. Fix the above, then reload the core");
    return;
  }
  close_descriptors_in_children();
  register_callbacks(handle);
  say(LogLevel::info, "module " MERLIN_VERSION " loaded with " + path);
}

}  // namespace
}  // namespace merlin::neb

// Always 0: if a module fails, the core exits.
int nebmodule_init(int, char* arguments, void* handle) {
  try {
    merlin::neb::load(arguments, handle);
  } catch (const std::exception& error) {
    merlin::neb::disable(error.what());
  } catch (...) {
    merlin::neb::disable("unknown");
  }
  return 0;
}

int nebmodule_deinit(int, int) {
  using merlin::neb::loaded;
  if (loaded == nullptr) return 0;
  loaded->core.give_back_obsess_commands();
  // Without its broker the core has already closed our descriptors; their numbers may belong to other files now.
  if (nagios_iobs == nullptr) static_cast<void>(loaded->shell.release());
  delete loaded;
  loaded = nullptr;
  return 0;
}
