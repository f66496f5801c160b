// Notifications of the model core, as in Nagios' notifications.c.
#include <algorithm>

#include "module/agent/agent.hpp"
#include "shared/base/hash.hpp"
#include "tests/sim/model_core.hpp"

namespace merlin::sim {
namespace {

using Kind = wire::NotificationKind;

constexpr Millis kFiltersChange{15'000};
// An option of custom notifications: the notification increments the problem's number.
constexpr std::uint32_t kIncrement = 4;

bool is_normal(Kind kind) { return kind == Kind::problem || kind == Kind::recovery; }

bool is_of_downtime(Kind kind) { return kind == Kind::downtime_start || kind == Kind::downtime_end || kind == Kind::downtime_cancelled; }

}  // namespace

// service_notification(), host_notification().
void ModelCore::notification(Index at, Kind kind, const std::string& author, const std::string& text) {
  if (!is_viable(at, kind)) return;
  ModelState& state = objects_[at].state;
  const bool counts = is_normal(kind) || (notifying_ != nullptr && kind == Kind::custom && (notifying_->options & kIncrement) != 0);
  if (counts) ++state.notification_number;
  ++next_notification_id_;
  if (notifying_ == nullptr) return module_->stop_notification(at, {kind, author, text});
  const bool reaches = !filters_refuse(at);
  if (reaches) {
    notified(at, kind);
  } else {
    environment_.tell("its filters let nobody be told of " + describe(at));
    if (kind == Kind::recovery) records_.notifications.filtered({objects_[at].plan, environment_.true_time()});
    if (counts) --state.notification_number;
  }
  contacts_notified_ = reaches ? 1 : 0;
  module_->row_changed(at);
}

void ModelCore::notified(Index at, Kind kind) {
  ModelState& state = objects_[at].state;
  if (!is_normal(kind)) return environment_.tell("NOTIFIES of " + describe(at) + ", kind " + std::to_string(static_cast<int>(kind)));
  const bool recovery = kind == Kind::recovery;
  const int number = state.notification_number - (recovery ? 1 : 0);
  environment_.tell("NOTIFIES " + std::string(recovery ? "recovery" : "problem ") + (recovery ? "" : std::to_string(number)) + " of " +
                    describe(at));
  const bool alone = module_->ownership().side().mode() == cluster::CoreSide::Mode::isolated;
  records_.notifications.told({objects_[at].plan, life_.node, recovery, number, notifying_->start, environment_.true_time(), alone});
  state.last_notification = seconds();
  state.next_notification = seconds() + plan_.repeat_after.count() / 1000;
  state.notified_on |= 1U << static_cast<unsigned>(state.current_state);
}

// check_service_notification_viability(), check_host_notification_viability().
bool ModelCore::is_viable(Index at, Kind kind) {
  const Object& object = objects_[at];
  const ModelState& state = object.state;
  const auto silenced = [&] {
    records_.notifications.filtered({object.plan, environment_.true_time(), kind == Kind::problem});
    return false;
  };
  if (kind == Kind::flapping_start || kind == Kind::flapping_stop) return object.downtime_depth == 0;
  if (is_of_downtime(kind)) return object.downtime_depth == 0;
  if (kind == Kind::acknowledgement) return state.current_state != 0;
  if (kind == Kind::custom) return object.downtime_depth == 0;
  if (state.state_type == kSoft && kind == Kind::problem) return false;
  if (kind == Kind::recovery && state.notified_on == 0) return false;
  if (object.downtime_depth > 0 || state.is_flapping) return silenced();
  if (kind == Kind::problem && state.acknowledged) return silenced();
  if (kind == Kind::recovery) return true;
  return !state.no_more_notifications && seconds() >= state.next_notification;
}

// The same on all nodes, like the time period of a contact; at the end of the run nothing is filtered.
bool ModelCore::filters_refuse(Index at) const {
  const Millis moment = environment_.true_time();
  if (plan_.filtered_percent == 0 || moment >= plan_.heal_at) return false;
  const std::int64_t drawn_from[] = {moment / kFiltersChange, static_cast<std::int64_t>(objects_[at].plan)};
  return hash64({reinterpret_cast<const char*>(drawn_from), sizeof drawn_from}, plan_.seed) % 100 < plan_.filtered_percent;
}

// ---- neb::Core

void ModelCore::undo_notification(Index object, bool counted) {
  --next_notification_id_;
  if (counted) --objects_[object].state.notification_number;
}

neb::NotifyCount ModelCore::notify_count(Index object) const {
  const ModelState& state = objects_[object].state;
  return {state.current_state, state.state_type == kHard, state.notification_number, state.notified_on, false};
}

void ModelCore::set_notify_count(Index object, int number, std::uint32_t notified_on) {
  objects_[object].state.notification_number = number;
  objects_[object].state.notified_on = notified_on;
}

void ModelCore::restart_notify_interval(Index object) {
  ModelState& state = objects_[object].state;
  state.last_notification = seconds();
  state.next_notification = seconds() + plan_.repeat_after.count() / 1000;
}

neb::NotifySnapshot ModelCore::notify_snapshot(Index object) const {
  neb::NotifySnapshot snapshot;
  snapshot.state = read(object, 0);
  snapshot.acknowledged = objects_[object].state.acknowledged;
  snapshot.downtime_depth = objects_[object].downtime_depth;
  return snapshot;
}

// The counter continues from its present value.
void ModelCore::show_snapshot(Index at, const neb::NotifySnapshot& snapshot) {
  ModelState& state = objects_[at].state;
  const int number = state.notification_number;
  const std::uint32_t notified_on = state.notified_on;
  apply_register(state, snapshot.state, 0);
  state.notification_number = number;
  state.notified_on = notified_on;
  state.acknowledged = snapshot.acknowledged;
  objects_[at].downtime_depth = snapshot.downtime_depth;
}

// A different one each time a core notifies: in a split, two nodes may notify of the same.
std::string ModelCore::log_line(Index at, const wire::Notification& notification) {
  return "SERVICE NOTIFICATION: ops;" + describe(at) + ";" + std::to_string(static_cast<int>(notification.kind)) + ";" +
         std::to_string(notification.number) + ";" + std::to_string(records_.notifications.next_line());
}

void ModelCore::log_notification(const std::string& line, const char*) {
  records_.notifications.logged({life_.node, line, !logged_elsewhere_.insert(line).second});
}

neb::Notified ModelCore::notify(Index at, const neb::NotifyCall& call) {
  Object& object = objects_[at];
  notifying_ = &call.notification;
  contacts_notified_ = 0;
  const ModelState before = object.state;
  const int depth = object.downtime_depth;
  if (call.as_of != nullptr) show_snapshot(at, *call.as_of);
  notification(at, call.notification.kind, call.notification.author, call.notification.text);
  notifying_ = nullptr;
  neb::Notified notified{contacts_notified_, {}};
  if (contacts_notified_ > 0) notified.log.push_back(log_line(at, call.notification));
  if (call.as_of == nullptr) return notified;
  const ModelState after = std::exchange(object.state, before);
  object.downtime_depth = depth;
  object.state.notification_number = after.notification_number;
  object.state.notified_on = after.notified_on;
  if (!call.keeps_times || contacts_notified_ == 0) return notified;
  object.state.last_notification = after.last_notification;
  object.state.next_notification = after.next_notification;
  object.state.no_more_notifications = after.no_more_notifications;
  return notified;
}

}  // namespace merlin::sim
