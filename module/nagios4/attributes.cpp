// Values that an operator changes from the configuration: one row per attribute in the tables below. On/off settings are changed by the
// core's own functions, everything else by the core's own commands, so that all side effects happen.
#include "module/nagios4/attributes.hpp"

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <span>
#include <string>

#include "module/nagios4/names.hpp"
#include "module/nagios4/objects.hpp"
#include "module/nagios4/operator.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

constexpr std::string_view kMask = "modified_attributes";
constexpr std::string_view kHostMask = "modified_host_attributes";
constexpr std::string_view kServiceMask = "modified_service_attributes";

template <class Object>
struct Switch {
  const char* name;
  unsigned long bit;
  int Object::*field;
  void (*on)(Object*);
  void (*off)(Object*);
};

// Set by a command whose last argument is the value.
template <class Object>
struct Setting {
  const char* name;
  unsigned long bit;
  int command;
  std::string (*read)(const Object&);
};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

constexpr Switch<::host> kHostSwitches[] = {
    {"notifications_enabled", MODATTR_NOTIFICATIONS_ENABLED, &::host::notifications_enabled, enable_host_notifications,
     disable_host_notifications},
    {"checks_enabled", MODATTR_ACTIVE_CHECKS_ENABLED, &::host::checks_enabled, enable_host_checks, disable_host_checks},
    {"accept_passive_checks", MODATTR_PASSIVE_CHECKS_ENABLED, &::host::accept_passive_checks, enable_passive_host_checks,
     disable_passive_host_checks},
    {"event_handler_enabled", MODATTR_EVENT_HANDLER_ENABLED, &::host::event_handler_enabled, enable_host_event_handler,
     disable_host_event_handler},
    {"flap_detection_enabled", MODATTR_FLAP_DETECTION_ENABLED, &::host::flap_detection_enabled, enable_host_flap_detection,
     disable_host_flap_detection},
    {"obsess", MODATTR_OBSESSIVE_HANDLER_ENABLED, &::host::obsess, start_obsessing_over_host, stop_obsessing_over_host},
};

constexpr Switch<::service> kServiceSwitches[] = {
    {"notifications_enabled", MODATTR_NOTIFICATIONS_ENABLED, &::service::notifications_enabled, enable_service_notifications,
     disable_service_notifications},
    {"checks_enabled", MODATTR_ACTIVE_CHECKS_ENABLED, &::service::checks_enabled, enable_service_checks, disable_service_checks},
    {"accept_passive_checks", MODATTR_PASSIVE_CHECKS_ENABLED, &::service::accept_passive_checks, enable_passive_service_checks,
     disable_passive_service_checks},
    {"event_handler_enabled", MODATTR_EVENT_HANDLER_ENABLED, &::service::event_handler_enabled, enable_service_event_handler,
     disable_service_event_handler},
    {"flap_detection_enabled", MODATTR_FLAP_DETECTION_ENABLED, &::service::flap_detection_enabled, enable_service_flap_detection,
     disable_service_flap_detection},
    {"obsess", MODATTR_OBSESSIVE_HANDLER_ENABLED, &::service::obsess, start_obsessing_over_service, stop_obsessing_over_service},
};

template <class Object>
std::string check_interval(const Object& object) {
  return number(object.check_interval);
}
template <class Object>
std::string retry_interval(const Object& object) {
  return number(object.retry_interval);
}
template <class Object>
std::string max_attempts(const Object& object) {
  return std::to_string(object.max_attempts);
}
template <class Object>
std::string check_period(const Object& object) {
  return text_of(object.check_period);
}
template <class Object>
std::string notification_period(const Object& object) {
  return text_of(object.notification_period);
}

constexpr Setting<::host> kHostSettings[] = {
    {"check_interval", MODATTR_NORMAL_CHECK_INTERVAL, CMD_CHANGE_NORMAL_HOST_CHECK_INTERVAL, check_interval<::host>},
    {"retry_interval", MODATTR_RETRY_CHECK_INTERVAL, CMD_CHANGE_RETRY_HOST_CHECK_INTERVAL, retry_interval<::host>},
    {"max_attempts", MODATTR_MAX_CHECK_ATTEMPTS, CMD_CHANGE_MAX_HOST_CHECK_ATTEMPTS, max_attempts<::host>},
    {"check_period", MODATTR_CHECK_TIMEPERIOD, CMD_CHANGE_HOST_CHECK_TIMEPERIOD, check_period<::host>},
    {"notification_period", MODATTR_NOTIFICATION_TIMEPERIOD, CMD_CHANGE_HOST_NOTIFICATION_TIMEPERIOD, notification_period<::host>},
};

constexpr Setting<::service> kServiceSettings[] = {
    {"check_interval", MODATTR_NORMAL_CHECK_INTERVAL, CMD_CHANGE_NORMAL_SVC_CHECK_INTERVAL, check_interval<::service>},
    {"retry_interval", MODATTR_RETRY_CHECK_INTERVAL, CMD_CHANGE_RETRY_SVC_CHECK_INTERVAL, retry_interval<::service>},
    {"max_attempts", MODATTR_MAX_CHECK_ATTEMPTS, CMD_CHANGE_MAX_SVC_CHECK_ATTEMPTS, max_attempts<::service>},
    {"check_period", MODATTR_CHECK_TIMEPERIOD, CMD_CHANGE_SVC_CHECK_TIMEPERIOD, check_period<::service>},
    {"notification_period", MODATTR_NOTIFICATION_TIMEPERIOD, CMD_CHANGE_SVC_NOTIFICATION_TIMEPERIOD, notification_period<::service>},
};

struct ProgramSwitch {
  const char* name;
  unsigned long host_bit;
  unsigned long service_bit;
  int* field;
  void (*on)();
  void (*off)();
};

constexpr ProgramSwitch kProgramSwitches[] = {
    {"enable_notifications", MODATTR_NOTIFICATIONS_ENABLED, MODATTR_NOTIFICATIONS_ENABLED, &enable_notifications, enable_all_notifications,
     disable_all_notifications},
    {"execute_host_checks", MODATTR_ACTIVE_CHECKS_ENABLED, 0, &execute_host_checks, start_executing_host_checks,
     stop_executing_host_checks},
    {"execute_service_checks", 0, MODATTR_ACTIVE_CHECKS_ENABLED, &execute_service_checks, start_executing_service_checks,
     stop_executing_service_checks},
    {"accept_passive_host_checks", MODATTR_PASSIVE_CHECKS_ENABLED, 0, &accept_passive_host_checks, start_accepting_passive_host_checks,
     stop_accepting_passive_host_checks},
    {"accept_passive_service_checks", 0, MODATTR_PASSIVE_CHECKS_ENABLED, &accept_passive_service_checks,
     start_accepting_passive_service_checks, stop_accepting_passive_service_checks},
    {"enable_event_handlers", MODATTR_EVENT_HANDLER_ENABLED, MODATTR_EVENT_HANDLER_ENABLED, &enable_event_handlers,
     start_using_event_handlers, stop_using_event_handlers},
    {"enable_flap_detection", MODATTR_FLAP_DETECTION_ENABLED, MODATTR_FLAP_DETECTION_ENABLED, &enable_flap_detection,
     enable_flap_detection_routines, disable_flap_detection_routines},
    {"process_performance_data", MODATTR_PERFORMANCE_DATA_ENABLED, MODATTR_PERFORMANCE_DATA_ENABLED, &process_performance_data,
     enable_performance_data, disable_performance_data},
    {"obsess_over_hosts", MODATTR_OBSESSIVE_HANDLER_ENABLED, 0, &obsess_over_hosts, start_obsessing_over_host_checks,
     stop_obsessing_over_host_checks},
    {"obsess_over_services", 0, MODATTR_OBSESSIVE_HANDLER_ENABLED, &obsess_over_services, start_obsessing_over_service_checks,
     stop_obsessing_over_service_checks},
    {"check_host_freshness", MODATTR_FRESHNESS_CHECKS_ENABLED, 0, &check_host_freshness, enable_host_freshness_checks,
     disable_host_freshness_checks},
    {"check_service_freshness", 0, MODATTR_FRESHNESS_CHECKS_ENABLED, &check_service_freshness, enable_service_freshness_checks,
     disable_service_freshness_checks},
};

struct ContactSwitch {
  const char* name;
  unsigned long ::contact::*mask;
  int ::contact::*field;
  void (*on)(::contact*);
  void (*off)(::contact*);
};

constexpr ContactSwitch kContactSwitches[] = {
    {"host_notifications_enabled", &::contact::modified_host_attributes, &::contact::host_notifications_enabled,
     enable_contact_host_notifications, disable_contact_host_notifications},
    {"service_notifications_enabled", &::contact::modified_service_attributes, &::contact::service_notifications_enabled,
     enable_contact_service_notifications, disable_contact_service_notifications},
};

struct ContactSetting {
  const char* name;
  unsigned long ::contact::*mask;
  char* ::contact::*field;
  int command;
};

constexpr ContactSetting kContactSettings[] = {
    {"host_notification_period", &::contact::modified_host_attributes, &::contact::host_notification_period,
     CMD_CHANGE_CONTACT_HOST_NOTIFICATION_TIMEPERIOD},
    {"service_notification_period", &::contact::modified_service_attributes, &::contact::service_notification_period,
     CMD_CHANGE_CONTACT_SVC_NOTIFICATION_TIMEPERIOD},
};

struct ContactMask {
  std::string_view name;
  unsigned long ::contact::*mask;
  int command;
};

constexpr ContactMask kContactMasks[] = {{kMask, &::contact::modified_attributes, CMD_CHANGE_CONTACT_MODATTR},
                                         {kHostMask, &::contact::modified_host_attributes, CMD_CHANGE_CONTACT_MODHATTR},
                                         {kServiceMask, &::contact::modified_service_attributes, CMD_CHANGE_CONTACT_MODSATTR}};

std::span<const Switch<::host>> switches_of(const ::host&) { return kHostSwitches; }
std::span<const Switch<::service>> switches_of(const ::service&) { return kServiceSwitches; }
std::span<const Setting<::host>> settings_of(const ::host&) { return kHostSettings; }
std::span<const Setting<::service>> settings_of(const ::service&) { return kServiceSettings; }

int mask_command(const ::host&) { return CMD_CHANGE_HOST_MODATTR; }
int mask_command(const ::service&) { return CMD_CHANGE_SVC_MODATTR; }
int variable_command(const ::host&) { return CMD_CHANGE_CUSTOM_HOST_VAR; }
int variable_command(const ::service&) { return CMD_CHANGE_CUSTOM_SVC_VAR; }
int variable_command(const ::contact&) { return CMD_CHANGE_CUSTOM_CONTACT_VAR; }

std::string arguments_of(const ::host& object) { return object.name; }
std::string arguments_of(const ::service& object) { return std::string(object.host_name) + ";" + object.description; }
std::string arguments_of(const ::contact& contact) { return contact.name; }

// Executed without a log line and without the events of an external command.
template <class Object>
bool command(int number, const Object& object, const std::string& value) {
  std::string arguments = arguments_of(object) + ";" + value;
  errno = 0;  // the core regards a stale errno as an error in the value
  return process_external_command2(number, std::time(nullptr), arguments.data()) == OK;
}

::contact& nagios_contact(Index contact) { return *contact_ary[contact]; }

// ---- custom variables: "_NAME"

bool is_variable(std::string_view name) { return name.starts_with('_'); }

template <class Object>
const customvariablesmember* variable(const Object& object, std::string_view name) {
  for (const auto* found = object.custom_variables; found != nullptr; found = found->next) {
    if (name.substr(1) == found->variable_name) return found;
  }
  return nullptr;
}

// The core rejects an empty value unless something follows it.
template <class Object>
bool set_variable(const Object& object, const std::string& name, const std::string& value) {
  return variable(object, name) != nullptr && command(variable_command(object), object, name.substr(1) + ";" + value + ";");
}

template <class Object>
void add_modified_variables(const Object& object, std::vector<std::string>& names) {
  for (const auto* found = object.custom_variables; found != nullptr; found = found->next) {
    if (found->has_been_modified != FALSE) names.push_back(std::string("_") + found->variable_name);
  }
}

// ---- hosts and services

template <class Object>
std::vector<std::string> names_of(const Object& object, unsigned long bits) {
  std::vector<std::string> names;
  for (const auto& entry : switches_of(object)) {
    if ((bits & entry.bit) != 0) names.emplace_back(entry.name);
  }
  for (const auto& entry : settings_of(object)) {
    if ((bits & entry.bit) != 0) names.emplace_back(entry.name);
  }
  return names;
}

template <class Object>
std::optional<std::string> read_object(const Object& object, std::string_view name) {
  if (name == kMask) return std::to_string(object.modified_attributes);
  for (const auto& entry : switches_of(object)) {
    if (name == entry.name) return object.*entry.field != FALSE ? "1" : "0";
  }
  for (const auto& entry : settings_of(object)) {
    if (name == entry.name) return entry.read(object);
  }
  const auto* found = is_variable(name) ? variable(object, name) : nullptr;
  if (found == nullptr) return std::nullopt;
  return text_of(found->variable_value);
}

template <class Object>
bool set_object(Object& object, const std::string& name, const std::string& value) {
  if (name == kMask) return command(mask_command(object), object, value);
  if (is_variable(name)) return set_variable(object, name, value);
  for (const auto& entry : switches_of(object)) {
    if (name != entry.name) continue;
    (value == "0" ? entry.off : entry.on)(&object);
    object.modified_attributes |= entry.bit;
    return true;
  }
  for (const auto& entry : settings_of(object)) {
    if (name != entry.name) continue;
    // If it already has this value, only the modified mark is missing.
    if (entry.read(object) != value && !command(entry.command, object, value)) return false;
    object.modified_attributes |= entry.bit;
    return true;
  }
  return false;
}

// ---- contacts

std::vector<std::string> contact_names(unsigned long host_bits, unsigned long service_bits) {
  std::vector<std::string> names;
  const auto is_set = [&](auto mask, unsigned long bit) {
    return ((mask == &::contact::modified_host_attributes ? host_bits : service_bits) & bit) != 0;
  };
  for (const auto& entry : kContactSwitches) {
    if (is_set(entry.mask, MODATTR_NOTIFICATIONS_ENABLED)) names.emplace_back(entry.name);
  }
  for (const auto& entry : kContactSettings) {
    if (is_set(entry.mask, MODATTR_NOTIFICATION_TIMEPERIOD)) names.emplace_back(entry.name);
  }
  return names;
}

std::optional<std::string> read_contact(const ::contact& contact, std::string_view name) {
  for (const auto& entry : kContactMasks) {
    if (name == entry.name) return std::to_string(contact.*entry.mask);
  }
  for (const auto& entry : kContactSwitches) {
    if (name == entry.name) return contact.*entry.field != FALSE ? "1" : "0";
  }
  for (const auto& entry : kContactSettings) {
    if (name == entry.name) return text_of(contact.*entry.field);
  }
  const auto* found = is_variable(name) ? variable(contact, name) : nullptr;
  if (found == nullptr) return std::nullopt;
  return text_of(found->variable_value);
}

bool set_contact(::contact& contact, const std::string& name, const std::string& value) {
  if (is_variable(name)) return set_variable(contact, name, value);
  for (const auto& entry : kContactMasks) {
    if (name == entry.name) return command(entry.command, contact, value);
  }
  for (const auto& entry : kContactSwitches) {
    if (name != entry.name) continue;
    (value == "0" ? entry.off : entry.on)(&contact);
    contact.*entry.mask |= MODATTR_NOTIFICATIONS_ENABLED;
    return true;
  }
  for (const auto& entry : kContactSettings) {
    if (name != entry.name) continue;
    if (text_of(contact.*entry.field) != value && !command(entry.command, contact, value)) return false;
    contact.*entry.mask |= MODATTR_NOTIFICATION_TIMEPERIOD;
    return true;
  }
  return false;
}

// ---- the program

std::vector<std::string> program_names(unsigned long host_bits, unsigned long service_bits) {
  std::vector<std::string> names;
  for (const auto& entry : kProgramSwitches) {
    if ((host_bits & entry.host_bit) != 0 || (service_bits & entry.service_bit) != 0) names.emplace_back(entry.name);
  }
  return names;
}

std::optional<std::string> read_program(std::string_view name) {
  for (const auto& entry : kProgramSwitches) {
    if (name == entry.name) return *entry.field != FALSE ? "1" : "0";
  }
  return std::nullopt;
}

bool set_program(const std::string& name, const std::string& value) {
  for (const auto& entry : kProgramSwitches) {
    if (name != entry.name) continue;
    (value == "0" ? entry.off : entry.on)();
    modified_host_process_attributes |= entry.host_bit;
    modified_service_process_attributes |= entry.service_bit;
    return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> changed_attributes(const nebstruct_adaptive_host_data& data) {
  if (data.command_type == CMD_CHANGE_HOST_MODATTR) return {std::string(kMask)};
  return names_of(*static_cast<const ::host*>(data.object_ptr), data.modified_attribute);
}

std::vector<std::string> changed_attributes(const nebstruct_adaptive_service_data& data) {
  if (data.command_type == CMD_CHANGE_SVC_MODATTR) return {std::string(kMask)};
  return names_of(*static_cast<const ::service*>(data.object_ptr), data.modified_attribute);
}

std::vector<std::string> changed_attributes(const nebstruct_adaptive_contact_data& data) {
  for (const auto& entry : kContactMasks) {
    if (data.command_type == entry.command) return {std::string(entry.name)};
  }
  return contact_names(data.modified_host_attribute, data.modified_service_attribute);
}

std::vector<std::string> changed_attributes(const nebstruct_adaptive_program_data& data) {
  return program_names(data.modified_host_attribute, data.modified_service_attribute);
}

Index Nagios4Operator::contact_count() const { return num_objects.contacts; }
std::string_view Nagios4Operator::contact_name(Index contact) const { return nagios_contact(contact).name; }

std::vector<std::string> Nagios4Operator::modified_attributes(const Subject& subject) const {
  if (subject.kind == Subject::Kind::program) {
    return program_names(modified_host_process_attributes, modified_service_process_attributes);
  }
  const auto with_variables = [](const auto& owner, std::vector<std::string> names) {
    if ((owner.modified_attributes & MODATTR_CUSTOM_VARIABLE) != 0) add_modified_variables(owner, names);
    return names;
  };
  if (subject.kind == Subject::Kind::contact) {
    const ::contact& found = nagios_contact(subject.index);
    return with_variables(found, contact_names(found.modified_host_attributes, found.modified_service_attributes));
  }
  return with_object(subject.index, [&](const auto& found) { return with_variables(found, names_of(found, found.modified_attributes)); });
}

std::optional<std::string> Nagios4Operator::attribute(const Subject& subject, std::string_view name) const {
  if (subject.kind == Subject::Kind::program) return read_program(name);
  if (subject.kind == Subject::Kind::contact) return read_contact(nagios_contact(subject.index), name);
  return with_object(subject.index, [&](const auto& found) { return read_object(found, name); });
}

bool Nagios4Operator::set_attribute(const Subject& subject, const std::string& name, const std::string& text) {
  std::string value = text;
  wire::clean_line(value);
  if (subject.kind == Subject::Kind::program) return set_program(name, value);
  if (subject.kind == Subject::Kind::contact) return set_contact(nagios_contact(subject.index), name, value);
  return with_object(subject.index, [&](auto& found) { return set_object(found, name, value); });
}

void Nagios4Operator::run_command(const std::string& line) {
  std::string command = "[" + std::to_string(std::time(nullptr)) + "] " + line;
  wire::clean_line(command);
  process_external_command1(command.data());
}

}  // namespace merlin::neb
