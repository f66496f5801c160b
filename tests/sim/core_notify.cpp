// What a core tells people, and the module's half of R4: each call of the core is stopped and becomes a request, and only
// what the daemon grants is told.
#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "cluster/mutants.hpp"
#include "sim/core.hpp"

namespace merlin::sim {
namespace {

using cluster::kMutant;
using cluster::Mutant;

constexpr Millis kDonesKept{60'000};
constexpr std::size_t kMostDones = 200;
constexpr Millis kFiltersChange{15'000};

bool is_recovery(const wire::Notification& notification) { return notification.kind == wire::NotificationKind::recovery; }

// As the module: well again is said once, whatever was counted before.
bool says_no_more(const wire::Notification& waiting, const wire::Notification& told) {
  return waiting.kind == told.kind && (is_recovery(told) || waiting.number <= told.number);
}

std::uint32_t bit_of(std::int32_t state) { return 1U << static_cast<unsigned>(state); }

}  // namespace

// The core's own view at a result; `start` is the last hard OK before it.
void SimCore::core_notifies(Object& object, bool was_down, std::uint64_t start) {
  wire::CheckRegister& state = object.state;
  wire::Notification notification;
  notification.object = plan_.objects[object.plan].key;
  notification.start = start;
  notification.state = state.current_state;
  if (state.current_state == 0) {
    if (was_down) object.request.reset();
    if (was_down && state.notified_on != 0) {
      notification.kind = wire::NotificationKind::recovery;
      notification.number = static_cast<std::uint32_t>(state.notification_number);
      notification.notified_on = state.notified_on;
      ask(object, notification);
    }
    state.notification_number = 0;
    state.notified_on = 0;
    state.next_notification.reset();
    return;
  }
  if (state.state_type == 0) return;
  const std::int64_t next = object.base_ms + state.next_notification.value_or(0);
  const std::int64_t wait = next - wall_ms();
  if (state.notification_number > 0 && wait > 0 && wait <= plan_.repeat_after.count()) return;
  ++state.notification_number;
  notification.number = static_cast<std::uint32_t>(state.notification_number);
  notification.notified_on = state.notified_on;
  if (kMutant != Mutant::number_not_put_back) --state.notification_number;
  ask(object, notification);
}

void SimCore::ask(Object& object, const wire::Notification& notification) {
  if (object.request && object.request->notification.kind == notification.kind &&
      object.request->notification.number == notification.number && object.request->notification.start == notification.start)
    return;
  object.request = Request{++requests_, notification, false};
  say_requests();
}

// Only as a core that has its daemon's word on what it runs.
void SimCore::say_requests() {
  if (!linked_ || side_.mode() != cluster::CoreSide::Mode::following || in_doubt()) return;
  for (Object& object : objects_) {
    if (!object.request || object.request->said || !owns(object.plan)) continue;
    object.request->said = true;
    outside_.to_daemon(wire::NotifyRequest{object.request->number, object.request->notification, side_.epoch()});
  }
}

// On a new link: what was told may not have been heard, what was asked for is not known.
void SimCore::say_notifications() {
  const SteadyTime now = outside_.now().steady;
  std::erase_if(dones_, [&](const auto& entry) { return now - entry.second >= kDonesKept; });
  for (const auto& [done, when] : dones_) outside_.to_daemon(done);
  for (Object& object : objects_) {
    if (object.request) object.request->said = false;
  }
}

bool SimCore::still_true(const Object& object, const wire::Notification& notification) const {
  const bool hard = object.state.state_type != 0;
  const bool well_since = object.state.last_hard_ok_hlc > notification.start;
  if (is_recovery(notification)) return hard && object.state.current_state == 0;
  return hard && object.state.current_state != 0 && !well_since;
}

// When it can have been granted at the earliest: our loop had read all there was when it last looked.
bool SimCore::in_time(const wire::NotifyVerdict& verdict) const {
  return kMutant == Mutant::grant_outliving || (!in_doubt() && outside_.now().steady - looked_ < Millis{verdict.valid_ms});
}

// Owed by who was there before us, and told by our core all the same.
bool SimCore::is_told(const Object& object, const wire::Notification& notification) const {
  const bool counted = !is_recovery(notification) && object.state.notification_number >= static_cast<std::int64_t>(notification.number);
  return counted || std::any_of(dones_.begin(), dones_.end(), [&](const auto& entry) {
           const wire::Notification& told = entry.first.notification;
           return told.object == notification.object && told.kind == notification.kind && told.number == notification.number &&
                  told.start == notification.start;
         });
}

void SimCore::on(const wire::NotifyVerdict& verdict) {
  Object* object = find(verdict.notification.object);
  const bool mine = object != nullptr && object->request && object->request->number == verdict.request;
  if (verdict.decision != wire::NotifyDecision::send) {
    if (!mine) return;
    object->request.reset();
    if (verdict.decision == wire::NotifyDecision::told) count_on(*object, verdict.notification);
    return;
  }
  wire::NotifyDone done{verdict.question, false, 0, verdict.notification, false};
  const bool overtaken =
      object != nullptr && !mine && object->request && !says_no_more(object->request->notification, verdict.notification);
  const bool known = object != nullptr && !overtaken;
  const bool ours = known && owns(object->plan);
  const bool delegated = known && verdict.delegated && side_.mode() == cluster::CoreSide::Mode::following;
  const bool may_act = (delegated || (ours && side_.gate_open())) && in_time(verdict);
  if (mine && (may_act || !ours)) object->request.reset();
  if (mine && object->request) object->request->said = false;  // too late, or in doubt
  if (may_act && !mine && is_told(*object, verdict.notification)) {
    done.sent = true;
  } else if (may_act && still_true(*object, verdict.notification)) {
    done.sent = tell(*object, verdict.notification);
    done.filtered = !done.sent;
    done.contacts = done.sent ? 1 : 0;
    if (done.sent && object->request && says_no_more(object->request->notification, verdict.notification)) object->request.reset();
  } else {
    outside_.tell("may not tell of " + (object == nullptr ? "what it does not know" : name_of(*object)));
  }
  say_done(done);
}

void SimCore::say_done(const wire::NotifyDone& done) {
  if (done.sent) dones_.emplace_back(done, outside_.now().steady);
  if (dones_.size() > kMostDones) dones_.pop_front();
  if (linked_) outside_.to_daemon(done);
}

// The same on all nodes, as the time period of a contact is; nothing is kept back in the end.
bool SimCore::filters_refuse(const Object& object) const {
  const Millis at = outside_.true_time();
  if (plan_.filtered_percent == 0 || at >= plan_.heal_at) return false;
  const std::int64_t moment[] = {at / kFiltersChange, static_cast<std::int64_t>(object.plan)};
  return hash64({reinterpret_cast<const char*>(moment), sizeof moment}, plan_.seed) % 100 < plan_.filtered_percent;
}

// The module's re-entry: as the core was when it called.
bool SimCore::tell(Object& object, const wire::Notification& notification) {
  wire::CheckRegister& state = object.state;
  if (filters_refuse(object)) {
    outside_.tell("its filters let nobody be told of " + name_of(object));
    if (is_recovery(notification)) records_.notifications.filtered({object.plan, outside_.true_time()});
    return false;
  }
  // As Nagios: who was told of no problem is not told of its end.
  if (is_recovery(notification) && notification.notified_on == 0) return false;
  if (is_recovery(notification)) {
    outside_.tell("TELLS recovery of " + name_of(object));
    records_.notifications.told({object.plan, life_.node, true, static_cast<int>(notification.number), notification.start,
                                 outside_.true_time(), side_.mode() == cluster::CoreSide::Mode::isolated});
    return true;
  }
  if (kMutant != Mutant::number_not_put_back) state.notification_number = static_cast<std::int32_t>(notification.number) - 1;
  ++state.notification_number;
  outside_.tell("TELLS problem " + std::to_string(state.notification_number) + " of " + name_of(object));
  records_.notifications.told({object.plan, life_.node, false, state.notification_number, notification.start, outside_.true_time(),
                               side_.mode() == cluster::CoreSide::Mode::isolated});
  state.notified_on |= bit_of(state.current_state);
  state.next_notification = wall_ms() + plan_.repeat_after.count() - object.base_ms;
  if (!owns(object.plan)) return true;  // who runs it hears of it
  object.version = side_.next_version(outside_.now().wall);
  if (linked_) outside_.to_daemon(wire::CoreRows{{row_of(object)}, side_.epoch(), wire::CoreRowsKind::write, 0});
  return true;
}

// Another node has told it: the core counts on from there.
void SimCore::count_on(Object& object, const wire::Notification& told) {
  wire::CheckRegister& state = object.state;
  if (is_recovery(told) || state.current_state == 0) return;
  state.notification_number = std::max(state.notification_number, static_cast<std::int32_t>(told.number));
  state.notified_on |= bit_of(state.current_state);
  state.next_notification = wall_ms() + plan_.repeat_after.count() - object.base_ms;
}

// Nobody to ask.
void SimCore::tell_alone() {
  if (side_.mode() != cluster::CoreSide::Mode::isolated || !side_.gate_open() || !plan_.nodes[life_.node].notifies) return;
  for (Object& object : objects_) {
    if (!object.request) continue;
    const wire::Notification notification = std::exchange(object.request, std::nullopt)->notification;
    if (!owns(object.plan) || !still_true(object, notification) || is_told(object, notification)) continue;
    if (tell(object, notification)) say_done({0, true, 1, notification, false});
  }
}

}  // namespace merlin::sim
