// What Nagios tells, translated for the module.
#include <sys/random.h>

#include <optional>
#include <string>

#include "module/core/nagios4_guard.hpp"
#include "module/core/nagios4_notify.hpp"
#include "module/core/nagios4_objects.hpp"
#include "module/core/nagios4_results.hpp"

namespace merlin::neb {
namespace {

constexpr int overridden(bool veto) { return veto ? NEBERROR_CALLBACKOVERRIDE : 0; }

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
    if (data.type == NEBTYPE_NOTIFICATION_START && !loaded->core.notifying()) {
      module.stop_notification(object, notice_of(data, loaded->core.notify_count(object).state));
      return NEBERROR_CALLBACKOVERRIDE;
    }
    if (data.type != NEBTYPE_NOTIFICATION_END) return 0;
    loaded->core.notified(data.contacts_notified);
    module.row_changed(object);
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

// The object that the result of a command is for; no_object for other commands and names that the core does not know.
Index object_of_result(const nebstruct_external_command_data& data) {
  const bool is_service = data.command_type == CMD_PROCESS_SERVICE_CHECK_RESULT;
  if ((!is_service && data.command_type != CMD_PROCESS_HOST_CHECK_RESULT) || data.command_args == nullptr) return no_object;
  const std::string arguments = data.command_args;
  const std::size_t host_end = arguments.find(';');
  if (host_end == std::string::npos) return no_object;
  const std::string host = arguments.substr(0, host_end);
  if (!is_service) {
    const auto* found = find_host(host.c_str());
    return found != nullptr ? index_of(*found) : no_object;
  }
  const std::string description = arguments.substr(host_end + 1, arguments.find(';', host_end + 1) - host_end - 1);
  const auto* found = find_service(host.c_str(), description.c_str());
  return found != nullptr ? index_of(*found) : no_object;
}

int on_external_command(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    const auto& data = *static_cast<nebstruct_external_command_data*>(raw);
    const char* name = data.command_string != nullptr ? data.command_string : "";
    const char* arguments = data.command_args != nullptr ? data.command_args : "";
    if (data.type == NEBTYPE_EXTERNALCOMMAND_END) return module.command_done(name, arguments), 0;
    module.command_begins(name);
    if (const auto options = options_of_custom(data)) module.custom_notification_by_command(*options);
    const Index object = object_of_result(data);
    if (object != no_object) module.result_by_command(object);
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
  const std::uint64_t start = nanoseconds();
  try {
    loaded->module = std::make_unique<Module>(loaded->core, loaded->config, loaded->wraps.get(), random_id());
    loaded->core.log(LogLevel::debug, "ready after " + std::to_string((nanoseconds() - start) / 1000) + " us");
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

}  // namespace

int on_query(int socket, char*, unsigned int) noexcept {
  if (loaded == nullptr || !loaded->module) return nsock_printf_nul(socket, "{\"mode\": \"%s\"}", "disabled"), 0;
  return guarded(
      [&](Module& module) {
        nsock_printf_nul(socket, "%s", module.status(loaded->costs).c_str());
        return 0;
      },
      &Costs::turns);
}

void register_callbacks(void* handle) {
  constexpr int priority = 0;
  neb_register_callback(NEBCALLBACK_PROCESS_DATA, handle, priority, on_process);
  neb_register_callback(NEBCALLBACK_SERVICE_CHECK_DATA, handle, priority, on_service_check);
  neb_register_callback(NEBCALLBACK_HOST_CHECK_DATA, handle, priority, on_host_check);
  neb_register_callback(NEBCALLBACK_NOTIFICATION_DATA, handle, priority, on_notification);
  neb_register_callback(NEBCALLBACK_EVENT_HANDLER_DATA, handle, priority, on_event_handler);
  neb_register_callback(NEBCALLBACK_STATE_CHANGE_DATA, handle, priority, on_state_change);
  neb_register_callback(NEBCALLBACK_RETENTION_DATA, handle, priority, on_retention);
  neb_register_callback(NEBCALLBACK_EXTERNAL_COMMAND_DATA, handle, priority, on_external_command);
  register_operator_callbacks(handle);
}

}  // namespace merlin::neb
