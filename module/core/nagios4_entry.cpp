// Where Nagios enters the module. Nothing thrown leaves this file: what goes wrong disables the module, and the core
// goes on alone.
#include <sys/random.h>
#include <time.h>

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "base/assert.hpp"
#include "config/load.hpp"
#include "module/core/nagios4_core.hpp"
#include "module/core/nagios4_objects.hpp"
#include "module/core/nagios4_results.hpp"
#include "module/module.hpp"
#include "module/tls_wrap.hpp"

#define MERLIN_EXPORT extern "C" __attribute__((visibility("default")))

MERLIN_EXPORT int nebmodule_init(int flags, char* arguments, nebmodule* handle);
MERLIN_EXPORT int nebmodule_deinit(int flags, int reason);
MERLIN_EXPORT int __neb_api_version;
int __neb_api_version = CURRENT_NEB_API_VERSION;

namespace merlin::neb {
namespace {

int on_ready(int fd, int events, void* watcher) noexcept;

// All that the module has; made at each load and freed at each unload, so that a reload starts from nothing.
struct Loaded {
  Nagios4Core core{on_ready};
  config::Config config;
  std::unique_ptr<TlsWraps> wraps;
  Costs costs;
  std::unique_ptr<Module> module;  // while the loop turns, unless disabled
  bool disabled = false;
};
Loaded* loaded = nullptr;

void disable(const char* what) noexcept {
  if (loaded == nullptr || loaded->disabled) return;
  loaded->disabled = true;
  loaded->core.restore_event_handlers();
  logit(NSLOG_RUNTIME_ERROR, FALSE, "merlin: internal error: %s. Merlin is disabled: this core now runs all its checks by itself", what);
  try {
    loaded->module.reset();
  } catch (...) {
    static_cast<void>(loaded->module.release());
  }
}

[[noreturn]] void throw_assertion(const char* expression, const char* file, int line) {
  throw std::logic_error(std::string("assertion failed: ") + expression + " at " + file + ":" + std::to_string(line));
}

std::uint64_t nanoseconds() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000000000U + static_cast<std::uint64_t>(time.tv_nsec);
}

// Runs `call` with the module if there is one; its answer, or 0.
template <class Call>
int guarded(Call&& call, CostMeter Costs::*meter = &Costs::callbacks) noexcept {
  if (loaded == nullptr || !loaded->module) return 0;
  const std::uint64_t start = nanoseconds();
  int answer = 0;
  try {
    answer = call(*loaded->module);
  } catch (const std::exception& error) {
    disable(error.what());
  } catch (...) {
    disable("unknown");
  }
  (loaded->costs.*meter).add(nanoseconds() - start);
  return answer;
}

int on_ready(int fd, int, void* watcher) noexcept {
  return guarded(
      [&](Module&) {
        static_cast<Watcher*>(watcher)->on_ready(fd);
        return 0;
      },
      &Costs::turns);
}

constexpr int overridden(bool veto) { return veto ? NEBERROR_CALLBACKOVERRIDE : 0; }

// ---- callbacks

template <class Object>
int precheck(Module& module, Object& object) {
  if (!module.veto_check(index_of(object))) return 0;
  object.is_being_freshened = FALSE;
  return NEBERROR_CALLBACKOVERRIDE;
}

template <class Object>
void processed(Module& module, Object& object, int check_type, const check_result* result) {
  std::optional<RawResult> raw;
  if (result != nullptr && module.wants_result(index_of(object))) raw = raw_result(object, *result);
  module.check_done(index_of(object), check_type == CHECK_TYPE_ACTIVE, std::move(raw));
}

int on_service_check(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    auto& data = *static_cast<nebstruct_service_check_data*>(raw);
    auto& object = *static_cast<::service*>(data.object_ptr);
    if (data.type == NEBTYPE_SERVICECHECK_ASYNC_PRECHECK) return precheck(module, object);
    if (data.type == NEBTYPE_SERVICECHECK_INITIATE) module.check_started(index_of(object));
    if (data.type == NEBTYPE_SERVICECHECK_PROCESSED) processed(module, object, data.check_type, data.check_result_ptr);
    return 0;
  });
}

int on_host_check(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    auto& data = *static_cast<nebstruct_host_check_data*>(raw);
    auto& object = *static_cast<::host*>(data.object_ptr);
    if (data.type == NEBTYPE_HOSTCHECK_ASYNC_PRECHECK) return precheck(module, object);
    if (data.type == NEBTYPE_HOSTCHECK_INITIATE) module.check_started(index_of(object));
    if (data.type == NEBTYPE_HOSTCHECK_PROCESSED) processed(module, object, data.check_type, data.check_result_ptr);
    return 0;
  });
}

Index object_of(bool is_host, void* object) {
  return is_host ? index_of(*static_cast<::host*>(object)) : index_of(*static_cast<::service*>(object));
}

int on_notification(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    auto& data = *static_cast<nebstruct_notification_data*>(raw);
    const Index object = object_of(data.notification_type == HOST_NOTIFICATION, data.object_ptr);
    if (data.type == NEBTYPE_NOTIFICATION_START)
      return overridden(module.veto_notification(object, data.reason_type == NOTIFICATION_NORMAL));
    if (data.type == NEBTYPE_NOTIFICATION_END) module.row_changed(object);
    return 0;
  });
}

int on_event_handler(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    auto& data = *static_cast<nebstruct_event_handler_data*>(raw);
    if (data.type != NEBTYPE_EVENTHANDLER_START) return 0;
    const bool is_host = data.eventhandler_type == HOST_EVENTHANDLER || data.eventhandler_type == GLOBAL_HOST_EVENTHANDLER;
    return overridden(module.veto_event_handler(object_of(is_host, data.object_ptr)));
  });
}

// Sent right before the core looks whether event handlers are on.
int on_state_change(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    auto& data = *static_cast<nebstruct_statechange_data*>(raw);
    module.state_changed(object_of(data.statechange_type == HOST_STATECHANGE, data.object_ptr));
    return 0;
  });
}

int on_acknowledgement(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    auto& data = *static_cast<nebstruct_acknowledgement_data*>(raw);
    module.row_changed(object_of(data.acknowledgement_type == HOST_ACKNOWLEDGEMENT, data.object_ptr));
    return 0;
  });
}

int on_retention(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    const int type = static_cast<nebstruct_retention_data*>(raw)->type;
    if (type == NEBTYPE_RETENTIONDATA_STARTSAVE) module.saving(true);
    if (type == NEBTYPE_RETENTIONDATA_ENDSAVE) module.saving(false);
    return 0;
  });
}

std::uint64_t random_id() {
  std::uint64_t id = 0;
  if (::getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id) id = nanoseconds();
  return id | 1;
}

void start_module() noexcept {
  try {
    loaded->module = std::make_unique<Module>(loaded->core, loaded->config, loaded->wraps.get(), random_id());
  } catch (const std::exception& error) {
    disable(error.what());
  }
}

// The loop has ended: the last moment at which the core's broker and its objects are all there.
void end_module() noexcept {
  guarded([](Module& module) {
    module.loop_ends(sigrestart != FALSE);
    return 0;
  });
  loaded->module.reset();
}

int on_process(int, void* raw) noexcept {
  if (loaded == nullptr || loaded->disabled) return 0;
  const int type = static_cast<nebstruct_process_data*>(raw)->type;
  if (type == NEBTYPE_PROCESS_EVENTLOOPSTART && !loaded->module) start_module();
  if (type == NEBTYPE_PROCESS_EVENTLOOPEND) end_module();
  return 0;
}

int on_query(int socket, char*, unsigned int) noexcept {
  if (loaded == nullptr || !loaded->module) return nsock_printf_nul(socket, "{\"mode\": \"%s\"}", "disabled"), 0;
  return guarded([&](Module& module) {
    nsock_printf_nul(socket, "%s", module.status(loaded->costs).c_str());
    return 0;
  });
}

// ---- loading

void say(LogLevel level, const std::string& line) { loaded->core.log(level, line); }

// Without these the core does not ask the module, or does not tell it.
std::string missing_broker_options() {
  struct Option {
    unsigned long bit;
    const char* what;
  };
  static constexpr Option needed[] = {{BROKER_PROGRAM_STATE, "program state (1)"},
                                      {BROKER_SERVICE_CHECKS, "service checks (4)"},
                                      {BROKER_HOST_CHECKS, "host checks (8)"},
                                      {BROKER_EVENT_HANDLERS, "event handlers (16)"},
                                      {BROKER_NOTIFICATIONS, "notifications (64)"},
                                      {BROKER_RETENTION_DATA, "retention (32768)"},
                                      {BROKER_ACKNOWLEDGEMENT_DATA, "acknowledgements (65536)"},
                                      {BROKER_STATECHANGE_DATA, "state changes (131072)"}};
  std::string missing;
  for (const Option& option : needed) {
    if ((event_broker_options & option.bit) == 0) missing += (missing.empty() ? "" : ", ") + std::string(option.what);
  }
  return missing;
}

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
  const std::string missing = missing_broker_options();
  if (missing.empty()) return true;
  say(LogLevel::error, "event_broker_options leaves out " + missing + "; set event_broker_options=-1 in the core's configuration");
  return false;
}

// "/path/merlin.conf", "config_file=/path/merlin.conf", or nothing.
std::string config_path(const char* arguments) {
  std::string path = arguments != nullptr ? arguments : "";
  const auto first = path.find_first_not_of(" \t");
  if (first == std::string::npos) return std::string(config::default_path);
  path = path.substr(first, path.find_last_not_of(" \t\r\n") - first + 1);
  constexpr std::string_view key = "config_file=";
  return path.starts_with(key) ? path.substr(key.size()) : path;
}

bool read_config(const std::string& path) {
  config::LoadResult result = config::load_file(path);
  for (const Error& error : result.errors) say(LogLevel::error, error.text());
  for (const Error& warning : result.warnings) say(LogLevel::warning, warning.text());
  if (!result.ok()) return false;
  loaded->config = *std::move(result.config);
  const FileLog file(loaded->config.module.log_file, loaded->config.module.log_level);
  const auto own_log = loaded->config.module.log_file.starts_with("/") ? loaded->core.log_to(file) : Result<>(Ok{});
  if (!own_log) say(LogLevel::warning, own_log.error().text() + "; Merlin logs here alone");
  loaded->wraps = std::make_unique<TlsWraps>(loaded->config);
  return true;
}

void register_callbacks(nebmodule* handle) {
  constexpr int priority = 0;
  neb_register_callback(NEBCALLBACK_PROCESS_DATA, handle, priority, on_process);
  neb_register_callback(NEBCALLBACK_SERVICE_CHECK_DATA, handle, priority, on_service_check);
  neb_register_callback(NEBCALLBACK_HOST_CHECK_DATA, handle, priority, on_host_check);
  neb_register_callback(NEBCALLBACK_NOTIFICATION_DATA, handle, priority, on_notification);
  neb_register_callback(NEBCALLBACK_EVENT_HANDLER_DATA, handle, priority, on_event_handler);
  neb_register_callback(NEBCALLBACK_STATE_CHANGE_DATA, handle, priority, on_state_change);
  neb_register_callback(NEBCALLBACK_ACKNOWLEDGEMENT_DATA, handle, priority, on_acknowledgement);
  neb_register_callback(NEBCALLBACK_RETENTION_DATA, handle, priority, on_retention);
}

void describe(nebmodule* handle) {
  char title[] = "Merlin";
  char version[] = MERLIN_VERSION;
  char license[] = "GPL-2.0-or-later";
  char text[] = "Several Nagios servers that watch the same hosts as one";
  neb_set_module_info(handle, NEBMODULE_MODINFO_TITLE, title);
  neb_set_module_info(handle, NEBMODULE_MODINFO_VERSION, version);
  neb_set_module_info(handle, NEBMODULE_MODINFO_LICENSE, license);
  neb_set_module_info(handle, NEBMODULE_MODINFO_DESC, text);
}

void load(char* arguments, nebmodule* handle) {
  set_assertion_handler(throw_assertion);
  loaded = new Loaded;
  describe(handle);
  const std::string path = config_path(arguments);
  qh_register_handler("merlin", "Merlin: what this core runs, and its link to merlind", 0, on_query);
  if (!fits_core() || !read_config(path)) {
    loaded->disabled = true;
    say(LogLevel::error, "Merlin is disabled: this core runs all its checks by itself. Mend the above, then reload the core");
    return;
  }
  close_descriptors_in_children();
  register_callbacks(handle);
  say(LogLevel::info, "module " MERLIN_VERSION " loaded with " + path);
}

}  // namespace
}  // namespace merlin::neb

// Always 0: a module that fails makes the core exit.
int nebmodule_init(int, char* arguments, nebmodule* handle) {
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
  // Without its broker the core has closed our descriptors already; their numbers may be another's by now.
  if (nagios_iobs == nullptr) static_cast<void>(loaded->module.release());
  delete loaded;
  loaded = nullptr;
  return 0;
}
