// What systemd wants to know, over $NOTIFY_SOCKET; without one nothing is said. Source: sd_notify(3).
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace merlin::daemon::service_manager {

void ready(std::string_view status);
void reloading();
void stopping();
void alive();

// How often alive() is wanted: half of $WATCHDOG_USEC; empty: not at all.
std::optional<Millis> watchdog_period();

}  // namespace merlin::daemon::service_manager
