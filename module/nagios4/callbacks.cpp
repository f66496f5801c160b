// Nagios' callbacks, translated for the module.
#include <sys/random.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "module/nagios4/guard.hpp"
#include "module/nagios4/notify.hpp"
#include "module/nagios4/objects.hpp"
#include "module/nagios4/results.hpp"
#include "shared/wire/notification_log.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

constexpr int overridden(bool veto) { return veto ? NEBERROR_CALLBACKOVERRIDE : 0; }

template <class Object>
int precheck(Agent& module, Object& object) {
  if (!module.veto_check(index_of(object))) return 0;
  object.is_being_freshened = FALSE;
  return NEBERROR_CALLBACKOVERRIDE;
}

template <class Object>
void processed(Agent& module, Object& object, int check_type, const check_result* result) {
  if (std::exchange(loaded->alert_logged, false)) {
    module.alert_logged(index_of(object), {object.state_type == HARD_STATE, object.current_attempt, check_type == CHECK_TYPE_ACTIVE});
  }
  std::optional<RawResult> raw;
  if (result != nullptr && module.wants_result(index_of(object))) raw = raw_result(object, *result);
  module.check_done(index_of(object), check_type == CHECK_TYPE_ACTIVE, std::move(raw));
}

int on_service_check(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
    auto& data = *static_cast<nebstruct_service_check_data*>(raw);
    auto& object = *static_cast<::service*>(data.object_ptr);
    if (data.type == NEBTYPE_SERVICECHECK_ASYNC_PRECHECK) return precheck(module, object);
    if (data.type == NEBTYPE_SERVICECHECK_INITIATE) module.check_started(index_of(object));
    if (data.type == NEBTYPE_SERVICECHECK_PROCESSED) processed(module, object, data.check_type, data.check_result_ptr);
    return 0;
  });
}

int on_host_check(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
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
  return guarded([&](Agent& module) {
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
  return guarded([&](Agent& module) {
    auto& data = *static_cast<nebstruct_event_handler_data*>(raw);
    if (data.type != NEBTYPE_EVENTHANDLER_START) return 0;
    const bool is_host = data.eventhandler_type == HOST_EVENTHANDLER || data.eventhandler_type == GLOBAL_HOST_EVENTHANDLER;
    return overridden(module.veto_event_handler(object_of(is_host, data.object_ptr)));
  });
}

// Sent directly before the core checks whether event handlers are enabled.
int on_state_change(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
    auto& data = *static_cast<nebstruct_statechange_data*>(raw);
    const Index object = object_of(data.statechange_type == HOST_STATECHANGE, data.object_ptr);
    const bool active = with_object(object, [](const auto& found) { return found.check_type == CHECK_TYPE_ACTIVE; });
    module.state_changed(object, {data.state_type == HARD_STATE, data.current_attempt, active});
    return 0;
  });
}

// Of a stalked object the core logs results that change nothing else.
int on_log(int, void* raw) noexcept {
  const char* line = static_cast<nebstruct_log_data*>(raw)->data;
  if (loaded == nullptr || line == nullptr) return 0;
  const std::string_view text(line);
  if (text.starts_with("SERVICE ALERT: ") || text.starts_with("HOST ALERT: ")) loaded->alert_logged = true;
  if (!loaded->core.notifying()) return 0;
  // The core also logs in its signal handlers, where nothing may be allocated.
  if (!text.starts_with(wire::kServiceNotificationLine) && !text.starts_with(wire::kHostNotificationLine)) return 0;
  return guarded([&](Agent&) {
    loaded->core.logged(line);
    return 0;
  });
}

// A host's may begin and end with a result of its services.
int on_flapping(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
    const auto& data = *static_cast<nebstruct_flapping_data*>(raw);
    module.row_changed(object_of(data.flapping_type == HOST_FLAPPING, data.object_ptr));
    return 0;
  });
}

// The core is to write its own settings.
int on_status_dump(int, void*) noexcept {
  return guarded([&](Agent&) {
    loaded->core.restore_reactions();
    return 0;
  });
}

// The arguments are the buffer that the core executes next: without them every command that needs arguments fails.
void prepare(Agent& module, const char* name, const nebstruct_external_command_data& data) {
  if (data.command_args == nullptr || *data.command_args == '\0') return;
  for (char* byte = data.command_args; *byte != '\0'; ++byte) {
    if (wire::is_control(*byte)) *byte = ' ';
  }
  if (module.refuses_command(name, data.command_args, data.entry_time)) *data.command_args = '\0';
}

int on_external_command(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
    const auto& data = *static_cast<nebstruct_external_command_data*>(raw);
    const char* name = data.command_string != nullptr ? data.command_string : "";
    if (data.type == NEBTYPE_EXTERNALCOMMAND_START) prepare(module, name, data);
    const char* arguments = data.command_args != nullptr ? data.command_args : "";
    if (data.type == NEBTYPE_EXTERNALCOMMAND_END) return module.command_done(name, arguments, loaded->variable_command.ends()), 0;
    loaded->variable_command.begins(data);
    module.command_begins(name);
    if (const auto options = options_of_custom(data)) module.custom_notification_by_command(*options);
    return 0;
  });
}

int on_retention(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
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

// The loop has ended: the last moment at which the core's broker and all objects exist.
void end_module() noexcept {
  guarded([](Agent&) {
    loaded->shell->loop_ends(sigrestart != FALSE);
    return 0;
  });
  loaded->shell.reset();
  loaded->revival.close();
  loaded->core.give_back_obsess_commands();
}

int on_process(int, void* raw) noexcept {
  if (loaded == nullptr) return 0;
  const int type = static_cast<nebstruct_process_data*>(raw)->type;
  if (type == NEBTYPE_PROCESS_EVENTLOOPSTART && !loaded->shell && !loaded->disabled) {
    loaded->revival.open();
    start_shell();
  }
  if (type == NEBTYPE_PROCESS_EVENTLOOPEND) end_module();
  return 0;
}

void answer_disabled(int socket) noexcept {
  try {
    const Disabled why = loaded != nullptr && loaded->disabled ? *loaded->disabled : Disabled{"the core's loop is not running yet", "", {}};
    std::optional<Millis> wait;
    if (why.again) wait = std::max(Millis{0}, *why.again - loaded->core.now().steady);
    nsock_printf_nul(socket, "%s", disabled_status(why.reason, why.fix, wait).c_str());
  } catch (...) {
  }
}

}  // namespace

void start_shell() noexcept {
  const std::uint64_t start = nanoseconds();
  loaded->core.take_obsess_commands();
  try {
    loaded->shell = std::make_unique<Shell>(loaded->core, loaded->core, loaded->config, loaded->wraps.get(), random_id(),
                                            std::exchange(loaded->kept, {}));
    loaded->core.log(LogLevel::debug, "ready after " + std::to_string((nanoseconds() - start) / 1000) + " us");
  } catch (const std::exception& error) {
    disable(error.what());
    if (loaded->disabled->again) loaded->revival.arm(*loaded->disabled->again - loaded->core.now().steady);
  }
}

int on_query(int socket, char*, unsigned int) noexcept {
  if (loaded == nullptr || !loaded->shell) return answer_disabled(socket), 0;
  return guarded(
      [&](Agent&) {
        nsock_printf_nul(socket, "%s", loaded->shell->status(loaded->costs).c_str());
        return 0;
      },
      &Costs::turns);
}

void register_all(void* handle, std::initializer_list<Callback> callbacks) {
  for (const Callback& callback : callbacks) neb_register_callback(callback.event, handle, 0, callback.function);
}

void register_callbacks(void* handle) {
  register_all(handle, {{NEBCALLBACK_PROCESS_DATA, on_process},
                        {NEBCALLBACK_SERVICE_CHECK_DATA, on_service_check},
                        {NEBCALLBACK_HOST_CHECK_DATA, on_host_check},
                        {NEBCALLBACK_NOTIFICATION_DATA, on_notification},
                        {NEBCALLBACK_EVENT_HANDLER_DATA, on_event_handler},
                        {NEBCALLBACK_STATE_CHANGE_DATA, on_state_change},
                        {NEBCALLBACK_LOG_DATA, on_log},
                        {NEBCALLBACK_FLAPPING_DATA, on_flapping},
                        {NEBCALLBACK_AGGREGATED_STATUS_DATA, on_status_dump},
                        {NEBCALLBACK_RETENTION_DATA, on_retention},
                        {NEBCALLBACK_EXTERNAL_COMMAND_DATA, on_external_command}});
  register_operator_callbacks(handle);
}

}  // namespace merlin::neb
