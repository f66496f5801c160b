// Notifications for systemd through $NOTIFY_SOCKET; without it nothing is sent. Source: sd_notify(3).
#pragma once

#include <optional>
#include <string_view>

#include "shared/base/time.hpp"

namespace merlin::daemon::service_manager {

void ready(std::string_view status);
void reloading();
void stopping();
void alive();

// The required interval of alive(): half of $WATCHDOG_USEC; empty: not required.
std::optional<Millis> watchdog_period();

}  // namespace merlin::daemon::service_manager
