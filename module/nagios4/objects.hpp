// Objects of Nagios by their index here.
#pragma once

#include "module/agent/core.hpp"
#include "module/nagios4/headers.hpp"

namespace merlin::neb {

inline bool is_nagios_host(Index object) { return object < num_objects.hosts; }
inline ::host& nagios_host(Index object) { return *host_ary[object]; }
inline ::service& nagios_service(Index object) { return *service_ary[object - num_objects.hosts]; }
inline Index index_of(const ::host& object) { return object.id; }
inline Index index_of(const ::service& object) { return num_objects.hosts + object.id; }

// Calls `visit` with the host or the service.
template <class Visit>
auto with_object(Index object, Visit&& visit) {
  return is_nagios_host(object) ? visit(nagios_host(object)) : visit(nagios_service(object));
}

inline bool is_volatile(const ::host&) { return false; }
inline bool is_volatile(const ::service& object) { return object.is_volatile != FALSE; }

inline constexpr int check_event_type(const ::host&) { return EVENT_HOST_CHECK; }
inline constexpr int check_event_type(const ::service&) { return EVENT_SERVICE_CHECK; }

}  // namespace merlin::neb
