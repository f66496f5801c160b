// Nagios' callbacks about operators' actions, translated for the module.
#include <string>

#include "module/nagios4/attributes.hpp"
#include "module/nagios4/guard.hpp"
#include "module/nagios4/names.hpp"
#include "module/nagios4/objects.hpp"

namespace merlin::neb {
namespace {

// Comments of downtimes and of flapping follow from those.
int on_comment(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
    const auto& data = *static_cast<nebstruct_comment_data*>(raw);
    if (data.entry_type != USER_COMMENT && data.entry_type != ACKNOWLEDGEMENT_COMMENT) return 0;
    if (data.type == NEBTYPE_COMMENT_DELETE) module.operators().comment_deleted(data.comment_id);
    if (data.type != NEBTYPE_COMMENT_ADD) return 0;
    const Index object = find_object(data.host_name, data.service_description);
    if (object != kNoObject) module.operators().comment_added(local_comment(data, data.author_name, object));
    return 0;
  });
}

int on_downtime(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
    const auto& data = *static_cast<nebstruct_downtime_data*>(raw);
    OperatorSync& people = module.operators();
    if (data.type == NEBTYPE_DOWNTIME_ADD) people.downtime_added(data.downtime_id);
    if (data.type == NEBTYPE_DOWNTIME_START) people.downtime_started(data.downtime_id);
    if (data.type == NEBTYPE_DOWNTIME_STOP && data.attr == NEBATTR_DOWNTIME_STOP_NORMAL) people.downtime_ended(data.downtime_id);
    if (data.type == NEBTYPE_DOWNTIME_DELETE) people.downtime_deleted(data.downtime_id, data.end_time);
    return 0;
  });
}

int on_acknowledgement(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
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
  return guarded([&](Agent& module) {
    const auto& data = *static_cast<Data*>(raw);
    module.operators().attributes_changed({Subject::Kind::object, object_of(data)}, changed_attributes(data));
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
  return guarded([&](Agent& module) {
    const auto& data = *static_cast<nebstruct_adaptive_contact_data*>(raw);
    const Index contact = static_cast<::contact*>(data.object_ptr)->id;
    module.operators().attributes_changed({Subject::Kind::contact, contact}, changed_attributes(data));
    return 0;
  });
}

int on_adaptive_program(int, void* raw) noexcept {
  return guarded([&](Agent& module) {
    module.operators().attributes_changed({}, changed_attributes(*static_cast<nebstruct_adaptive_program_data*>(raw)));
    return 0;
  });
}

}  // namespace

void register_operator_callbacks(void* handle) {
  register_all(handle, {{NEBCALLBACK_COMMENT_DATA, on_comment},
                        {NEBCALLBACK_DOWNTIME_DATA, on_downtime},
                        {NEBCALLBACK_ACKNOWLEDGEMENT_DATA, on_acknowledgement},
                        {NEBCALLBACK_ADAPTIVE_HOST_DATA, on_adaptive_host},
                        {NEBCALLBACK_ADAPTIVE_SERVICE_DATA, on_adaptive_service},
                        {NEBCALLBACK_ADAPTIVE_CONTACT_DATA, on_adaptive_contact},
                        {NEBCALLBACK_ADAPTIVE_PROGRAM_DATA, on_adaptive_program}});
}

}  // namespace merlin::neb
