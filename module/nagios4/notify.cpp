#include "module/nagios4/notify.hpp"

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

#include "module/nagios4/core.hpp"
#include "module/nagios4/names.hpp"
#include "module/nagios4/notify_snapshot.hpp"
#include "module/nagios4/objects.hpp"
#include "shared/wire/notification_log.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

using Kind = wire::NotificationKind;

struct Reason {
  int type;
  Kind kind;
};
constexpr Reason kReasons[] = {{NOTIFICATION_NORMAL, Kind::problem},
                               {NOTIFICATION_NORMAL, Kind::recovery},
                               {NOTIFICATION_ACKNOWLEDGEMENT, Kind::acknowledgement},
                               {NOTIFICATION_FLAPPINGSTART, Kind::flapping_start},
                               {NOTIFICATION_FLAPPINGSTOP, Kind::flapping_stop},
                               {NOTIFICATION_FLAPPINGDISABLED, Kind::flapping_disabled},
                               {NOTIFICATION_DOWNTIMESTART, Kind::downtime_start},
                               {NOTIFICATION_DOWNTIMEEND, Kind::downtime_end},
                               {NOTIFICATION_DOWNTIMECANCELLED, Kind::downtime_cancelled},
                               {NOTIFICATION_CUSTOM, Kind::custom}};

Kind kind_of(int type, int state) {
  if (type == NOTIFICATION_NORMAL) return state == 0 ? Kind::recovery : Kind::problem;
  for (const Reason& reason : kReasons) {
    if (reason.type == type) return reason.kind;
  }
  return Kind::custom;
}

int type_of(Kind kind) {
  for (const Reason& reason : kReasons) {
    if (reason.kind == kind) return reason.type;
  }
  return NOTIFICATION_CUSTOM;
}

time_t next_time(::host& object, time_t now) { return get_next_host_notification_time(&object, now); }
time_t next_time(::service& object, time_t now) { return get_next_service_notification_time(&object, now); }

void tell(::host& object, int type, char* author, char* data, int options) { host_notification(&object, type, author, data, options); }
void tell(::service& object, int type, char* author, char* data, int options) {
  service_notification(&object, type, author, data, options);
}

}  // namespace

Notice notice_of(const nebstruct_notification_data& data, int state) {
  return {kind_of(data.reason_type, state), text_of(data.ack_author), text_of(data.ack_data), 0};
}

// HOST;OPTIONS;AUTHOR;TEXT or HOST;SERVICE;OPTIONS;AUTHOR;TEXT.
std::optional<std::uint32_t> options_of_custom(const nebstruct_external_command_data& data) {
  const bool is_service = data.command_type == CMD_SEND_CUSTOM_SVC_NOTIFICATION;
  if ((!is_service && data.command_type != CMD_SEND_CUSTOM_HOST_NOTIFICATION) || data.command_args == nullptr) return std::nullopt;
  const char* field = data.command_args;
  for (int skip = is_service ? 2 : 1; skip > 0; --skip) {
    field = std::strchr(field, ';');
    if (field == nullptr) return std::nullopt;
    ++field;
  }
  return static_cast<std::uint32_t>(std::atoi(field));
}

void Nagios4Core::undo_notification(Index object, bool counted) {
  --next_notification_id;
  if (counted) with_object(object, [](auto& found) { --found.current_notification_number; });
}

NotifyCount Nagios4Core::notify_count(Index object) const {
  return with_object(object, [](const auto& found) {
    return NotifyCount{found.current_state, found.state_type == HARD_STATE, found.current_notification_number,
                       static_cast<std::uint32_t>(found.notified_on), is_volatile(found)};
  });
}

void Nagios4Core::set_notify_count(Index object, int number, std::uint32_t notified_on) {
  with_object(object, [&](auto& found) {
    found.current_notification_number = number;
    found.notified_on = static_cast<decltype(found.notified_on)>(notified_on);
  });
}

void Nagios4Core::restart_notify_interval(Index object) {
  const time_t now = std::time(nullptr);
  with_object(object, [&](auto& found) {
    found.last_notification = now;
    found.next_notification = next_time(found, now);
  });
}

NotifySnapshot Nagios4Core::notify_snapshot(Index object) const {
  return with_object(object, [&](const auto& found) { return snapshot_of(found, read(object, 0)); });
}

// The core takes its texts as writable, and none as a null pointer.
Notified Nagios4Core::notify(Index object, const NotifyCall& call) {
  std::string author = call.notification.author;
  std::string data = call.notification.text;
  wire::clean_line(author);
  wire::clean_line(data);
  notifying_ = true;
  notified_ = {};
  with_object(object, [&](auto& found) {
    const auto notify = [&] {
      tell(found, type_of(call.notification.kind), author.empty() ? nullptr : author.data(), data.empty() ? nullptr : data.data(),
           static_cast<int>(call.notification.options));
    };
    if (call.as_of == nullptr) return notify();
    with_snapshot(found, *call.as_of, notify, [&] { return call.keeps_times && notified_.contacts > 0; });
  });
  notifying_ = false;
  return std::exchange(notified_, {});
}

void Nagios4Core::logged(const char* line) { wire::add_to_log(notified_.log, line); }

// Not captured, because notify() is not running.
void Nagios4Core::log_notification(const std::string& line, const char* node) {
  if (log_notifications == FALSE) return;
  std::string marked = line + " [node " + node + "]";
  write_to_all_logs(marked.data(), line.starts_with(wire::kHostNotificationLine) ? NSLOG_HOST_NOTIFICATION : NSLOG_SERVICE_NOTIFICATION);
}

}  // namespace merlin::neb
