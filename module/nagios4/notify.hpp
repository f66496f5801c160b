// Notifications of Nagios, translated for the module.
#pragma once

#include <optional>

#include "module/agent/notifier.hpp"
#include "module/nagios4/headers.hpp"

namespace merlin::neb {

// `state` of the object: the core has the same reason for problem and recovery.
Notice notice_of(const nebstruct_notification_data& data, int state);

// The options of a command for a custom notification; empty for any other command.
std::optional<std::uint32_t> options_of_custom(const nebstruct_external_command_data& data);

}  // namespace merlin::neb
