// Objects of Nagios by their number here.
#pragma once

#include "module/core/core.hpp"
#include "module/core/nagios4_headers.hpp"

namespace merlin::neb {

inline Index nagios_hosts() { return num_objects.hosts; }
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

inline ::host& host_ptr_of(::host& object) { return object; }
inline ::host& host_ptr_of(::service& object) { return *object.host_ptr; }
inline constexpr int check_event_type(const ::host&) { return EVENT_HOST_CHECK; }
inline constexpr int check_event_type(const ::service&) { return EVENT_SERVICE_CHECK; }

}  // namespace merlin::neb
