// What Nagios tells of what operators do, translated for the module.
#include <string>

#include "module/core/nagios4_attributes.hpp"
#include "module/core/nagios4_guard.hpp"
#include "module/core/nagios4_names.hpp"
#include "module/core/nagios4_objects.hpp"

namespace merlin::neb {
namespace {

LocalComment told(const nebstruct_comment_data& data, Index object) {
  LocalComment comment;
  comment.id = data.comment_id;
  comment.object = object;
  comment.of_acknowledgement = data.entry_type == ACKNOWLEDGEMENT_COMMENT;
  comment.content.author = text_of(data.author_name);
  comment.content.text = text_of(data.comment_data);
  comment.content.entry_s = data.entry_time;
  comment.content.persistent = data.persistent != FALSE;
  comment.content.external = data.source == COMMENTSOURCE_EXTERNAL;
  comment.content.expire_s = data.expires != FALSE ? data.expire_time : 0;
  return comment;
}

// Comments of downtimes and of flapping follow from those.
int on_comment(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    const auto& data = *static_cast<nebstruct_comment_data*>(raw);
    if (data.entry_type != USER_COMMENT && data.entry_type != ACKNOWLEDGEMENT_COMMENT) return 0;
    if (data.type == NEBTYPE_COMMENT_DELETE) module.people().comment_deleted(data.comment_id);
    if (data.type != NEBTYPE_COMMENT_ADD) return 0;
    const Index object = find_object(data.host_name, data.service_description);
    if (object != no_object) module.people().comment_added(told(data, object));
    return 0;
  });
}

int on_downtime(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    const auto& data = *static_cast<nebstruct_downtime_data*>(raw);
    OperatorDesk& people = module.people();
    if (data.type == NEBTYPE_DOWNTIME_ADD) people.downtime_added(data.downtime_id);
    if (data.type == NEBTYPE_DOWNTIME_START) people.downtime_started(data.downtime_id);
    if (data.type == NEBTYPE_DOWNTIME_STOP && data.attr == NEBATTR_DOWNTIME_STOP_NORMAL) people.downtime_ended(data.downtime_id);
    if (data.type == NEBTYPE_DOWNTIME_DELETE) people.downtime_deleted(data.downtime_id, data.end_time);
    return 0;
  });
}

int on_acknowledgement(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    const auto& data = *static_cast<nebstruct_acknowledgement_data*>(raw);
    wire::AcknowledgementRegister content;
    content.set = true;
    content.sticky = data.is_sticky != FALSE;
    content.notify = data.notify_contacts != FALSE;
    content.persistent = data.persistent_comment != FALSE;
    content.author = text_of(data.author_name);
    content.text = text_of(data.comment_data);
    const bool is_host = data.acknowledgement_type == HOST_ACKNOWLEDGEMENT;
    module.acknowledged(is_host ? index_of(*static_cast<::host*>(data.object_ptr)) : index_of(*static_cast<::service*>(data.object_ptr)),
                        std::move(content));
    return 0;
  });
}

template <class Data>
int on_adaptive_object(void* raw, Index (*object_of)(const Data&)) {
  return guarded([&](Module& module) {
    const auto& data = *static_cast<Data*>(raw);
    module.people().attributes_changed({Subject::Kind::object, object_of(data)}, changed_attributes(data));
    return 0;
  });
}

int on_adaptive_host(int, void* raw) noexcept {
  return on_adaptive_object<nebstruct_adaptive_host_data>(
      raw, [](const auto& data) { return index_of(*static_cast<::host*>(data.object_ptr)); });
}

int on_adaptive_service(int, void* raw) noexcept {
  return on_adaptive_object<nebstruct_adaptive_service_data>(
      raw, [](const auto& data) { return index_of(*static_cast<::service*>(data.object_ptr)); });
}

int on_adaptive_contact(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    const auto& data = *static_cast<nebstruct_adaptive_contact_data*>(raw);
    const Index contact = static_cast<::contact*>(data.object_ptr)->id;
    module.people().attributes_changed({Subject::Kind::contact, contact}, changed_attributes(data));
    return 0;
  });
}

int on_adaptive_program(int, void* raw) noexcept {
  return guarded([&](Module& module) {
    module.people().attributes_changed({}, changed_attributes(*static_cast<nebstruct_adaptive_program_data*>(raw)));
    return 0;
  });
}

}  // namespace

void register_operator_callbacks(void* handle) {
  constexpr int priority = 0;
  neb_register_callback(NEBCALLBACK_COMMENT_DATA, handle, priority, on_comment);
  neb_register_callback(NEBCALLBACK_DOWNTIME_DATA, handle, priority, on_downtime);
  neb_register_callback(NEBCALLBACK_ACKNOWLEDGEMENT_DATA, handle, priority, on_acknowledgement);
  neb_register_callback(NEBCALLBACK_ADAPTIVE_HOST_DATA, handle, priority, on_adaptive_host);
  neb_register_callback(NEBCALLBACK_ADAPTIVE_SERVICE_DATA, handle, priority, on_adaptive_service);
  neb_register_callback(NEBCALLBACK_ADAPTIVE_CONTACT_DATA, handle, priority, on_adaptive_contact);
  neb_register_callback(NEBCALLBACK_ADAPTIVE_PROGRAM_DATA, handle, priority, on_adaptive_program);
}

}  // namespace merlin::neb
