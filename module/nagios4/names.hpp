// Objects of Nagios by the names in its comments, downtimes and commands.
#pragma once

#include <cstring>
#include <string>

#include "module/agent/operator_core.hpp"
#include "module/nagios4/objects.hpp"

namespace merlin::neb {

inline std::string text_of(const char* field) { return field != nullptr ? field : ""; }

inline char* name_of(const ::host& object) { return object.name; }
inline char* name_of(const ::service& object) { return object.host_name; }
inline char* description_of(const ::host&) { return nullptr; }
inline char* description_of(const ::service& object) { return object.description; }

// A comment in the core's list, or as its callback names it.
template <class Comment>
LocalComment local_comment(const Comment& from, const char* author, Index object) {
  LocalComment comment;
  comment.id = from.comment_id;
  comment.object = object;
  comment.content.of_acknowledgement = from.entry_type == ACKNOWLEDGEMENT_COMMENT;
  comment.content.author = text_of(author);
  comment.content.text = text_of(from.comment_data);
  comment.content.entry_s = from.entry_time;
  comment.content.persistent = from.persistent != FALSE;
  comment.content.external = from.source == COMMENTSOURCE_EXTERNAL;
  comment.content.expire_s = from.expires != FALSE ? from.expire_time : 0;
  return comment;
}

// Of things that name the right host already.
inline bool is_of(const ::host&, const char* description) { return description == nullptr; }
inline bool is_of(const ::service& object, const char* description) {
  return description != nullptr && std::strcmp(object.description, description) == 0;
}

// kNoObject if the core has none configured. Without a description: the host.
inline Index find_object(const char* host_name, const char* description) {
  if (host_name == nullptr) return kNoObject;
  if (description == nullptr) {
    const auto* found = find_host(host_name);
    return found != nullptr ? index_of(*found) : kNoObject;
  }
  const auto* found = find_service(host_name, description);
  return found != nullptr ? index_of(*found) : kNoObject;
}

}  // namespace merlin::neb
