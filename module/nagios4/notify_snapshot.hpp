// Shows a host or service of Nagios as it was at another moment, during one notification.
#pragma once

#include <functional>

#include "module/agent/core.hpp"
#include "module/nagios4/headers.hpp"

namespace merlin::neb {

NotifySnapshot snapshot_of(const ::host& object, wire::CheckRegister state);
NotifySnapshot snapshot_of(const ::service& object, wire::CheckRegister state);

// Calls `notify` while the object, and for a service also its host, have the values of the snapshot. Number and notified states are left
// to the caller. Times and limits of the next notification keep the values that the core has set meanwhile, if `keeps_times` says so
// then.
void with_snapshot(::host& object, const NotifySnapshot& snapshot, const std::function<void()>& notify,
                   const std::function<bool()>& keeps_times);
void with_snapshot(::service& object, const NotifySnapshot& snapshot, const std::function<void()>& notify,
                   const std::function<bool()>& keeps_times);

}  // namespace merlin::neb
