// Notifications of Nagios, translated for the module.
#pragma once

#include <optional>

#include "module/core/nagios4_headers.hpp"
#include "module/notifier.hpp"

namespace merlin::neb {

// `state` of the object: the core has one reason for problem and recovery.
Notice notice_of(const nebstruct_notification_data& data, int state);

// The options of a command that asks for a custom notification; nothing for any other.
std::optional<std::uint32_t> options_of_custom(const nebstruct_external_command_data& data);

}  // namespace merlin::neb
