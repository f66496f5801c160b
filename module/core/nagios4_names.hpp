// Objects of Nagios by the names that its comments, downtimes and commands have.
#pragma once

#include <cstring>
#include <string>

#include "module/core/nagios4_objects.hpp"

namespace merlin::neb {

inline std::string text_of(const char* field) { return field != nullptr ? field : ""; }

inline char* name_of(const ::host& object) { return object.name; }
inline char* name_of(const ::service& object) { return object.host_name; }
inline char* description_of(const ::host&) { return nullptr; }
inline char* description_of(const ::service& object) { return object.description; }

// Of things that name the right host already.
inline bool is_of(const ::host&, const char* description) { return description == nullptr; }
inline bool is_of(const ::service& object, const char* description) {
  return description != nullptr && std::strcmp(object.description, description) == 0;
}

// no_object when the core knows none. Without a description: the host.
inline Index find_object(const char* host_name, const char* description) {
  if (host_name == nullptr) return no_object;
  if (description == nullptr) {
    const auto* found = find_host(host_name);
    return found != nullptr ? index_of(*found) : no_object;
  }
  const auto* found = find_service(host_name, description);
  return found != nullptr ? index_of(*found) : no_object;
}

}  // namespace merlin::neb
