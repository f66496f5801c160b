// Downtimes of Nagios: reading its list and changing it.
#include <cstdlib>
#include <ctime>
#include <string>

#include "module/nagios4/names.hpp"
#include "module/nagios4/objects.hpp"
#include "module/nagios4/operator.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

int downtime_type(const ::host&) { return HOST_DOWNTIME; }
int downtime_type(const ::service&) { return SERVICE_DOWNTIME; }

LocalDowntime local(const scheduled_downtime& from, Index object) {
  LocalDowntime downtime;
  downtime.id = from.downtime_id;
  downtime.object = object;
  downtime.triggered_by = from.triggered_by;
  downtime.in_effect = from.is_in_effect != FALSE;
  downtime.content.author = text_of(from.author);
  downtime.content.comment = text_of(from.comment);
  downtime.content.entry_s = from.entry_time;
  downtime.content.start_s = from.start_time;
  downtime.content.end_s = from.end_time;
  downtime.content.fixed = from.fixed != FALSE;
  downtime.content.duration_s = static_cast<std::int64_t>(from.duration);
  downtime.content.flexible_start_s = from.flex_downtime_start;
  return downtime;
}

Index object_of(const scheduled_downtime& downtime) { return find_object(downtime.host_name, downtime.service_description); }

// With an increased depth during `call`, the object is in downtime before and after, so the core neither logs nor
// notifies.
template <class Call>
void without_words(const scheduled_downtime& downtime, bool silent, Call&& call) {
  const Index object = object_of(downtime);
  if (!silent || object == kNoObject) return call();
  with_object(object, [](auto& found) { ++found.scheduled_downtime_depth; });
  call();
  with_object(object, [](auto& found) { --found.scheduled_downtime_depth; });
}

void unqueue_start(scheduled_downtime& downtime) {
  timed_event* event = downtime.start_event;
  if (event == nullptr) return;
  remove_event(nagios_squeue, event);
  std::free(event->event_data);
  std::free(event);
  downtime.start_event = nullptr;
}

void start(scheduled_downtime& downtime, bool silent) {
  if (downtime.is_in_effect != FALSE) return;
  unqueue_start(downtime);
  without_words(downtime, silent, [&] { handle_scheduled_downtime(&downtime); });
}

}  // namespace

void Nagios4Operator::each_downtime(const std::function<void(const LocalDowntime&)>& visit) const {
  for (const auto* downtime = scheduled_downtime_list; downtime != nullptr; downtime = downtime->next) {
    const Index object = object_of(*downtime);
    if (object != kNoObject) visit(local(*downtime, object));
  }
}

std::optional<LocalDowntime> Nagios4Operator::downtime(LocalId id) const {
  const auto* found = find_downtime(ANY_DOWNTIME, id);
  const Index object = found != nullptr ? object_of(*found) : kNoObject;
  if (object == kNoObject) return std::nullopt;
  return local(*found, object);
}

LocalId Nagios4Operator::add_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by, bool silent) {
  // The core copies its arguments, but its functions take non-const pointers.
  std::string author = content.author;
  std::string comment = content.comment;
  wire::clean_line(author);
  wire::clean_line(comment);
  unsigned long id = 0;
  const bool began = content.flexible_start_s != 0;
  const int type = with_object(object, [](auto& found) { return downtime_type(found); });
  with_object(object, [&](auto& found) {
    add_new_downtime(type, name_of(found), description_of(found), content.entry_s, author.data(), comment.data(), content.start_s,
                     content.end_s, content.fixed ? TRUE : FALSE, triggered_by, static_cast<unsigned long>(content.duration_s), &id, FALSE,
                     silent || began ? TRUE : FALSE);
  });
  scheduled_downtime* added = find_downtime(type, id);
  if (added == nullptr) return 0;
  register_downtime(type, id);
  if (began) {
    start_downtime(id, content.flexible_start_s, silent);
  } else if (silent && content.fixed && triggered_by == 0 && content.start_s <= std::time(nullptr)) {
    start(*added, silent);
  }
  return id;
}

void Nagios4Operator::start_downtime(LocalId id, std::int64_t began_s, bool silent) {
  scheduled_downtime* downtime = find_downtime(ANY_DOWNTIME, id);
  if (downtime == nullptr) return;
  downtime->flex_downtime_start = began_s;
  downtime->start_notification_sent = TRUE;
  start(*downtime, silent);
}

void Nagios4Operator::cancel_downtime(LocalId id, bool silent) {
  const scheduled_downtime* downtime = find_downtime(ANY_DOWNTIME, id);
  if (downtime == nullptr) return;
  const int type = downtime->type;
  const Index object = object_of(*downtime);
  // It no longer exists after the call, so its object is looked up before.
  const bool hushed = silent && downtime->is_in_effect != FALSE && object != kNoObject;
  if (hushed) with_object(object, [](auto& found) { ++found.scheduled_downtime_depth; });
  unschedule_downtime(type, id);
  if (hushed) with_object(object, [](auto& found) { --found.scheduled_downtime_depth; });
}

}  // namespace merlin::neb
