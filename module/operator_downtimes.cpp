#include "module/operator_downtimes.hpp"

#include "wire/codec.hpp"

namespace merlin::neb {
namespace {

bool begins_by_word(const wire::DowntimeRegister& content, bool triggered) { return !content.fixed || triggered; }

std::int64_t end_of(const wire::DowntimeRegister& content) {
  const bool flexible = !content.fixed && content.flexible_start_s != 0;
  return flexible ? content.flexible_start_s + content.duration_s : content.end_s;
}

}  // namespace

std::uint64_t OperatorDowntimes::remember(const LocalDowntime& downtime) {
  const ObjectKey object = objects_.key(downtime.object);
  const std::uint64_t item =
      items_.free_item(downtime.object, [&](std::uint32_t ordinal) { return downtime_item(object, downtime.content, ordinal); });
  items_.add(downtime.id, downtime.object, item);
  return item;
}

// The core starts those that were in effect once more.
void OperatorDowntimes::find_all() {
  core_.each_downtime([&](const LocalDowntime& downtime) {
    remember(downtime);
    if (downtime.in_effect || downtime.content.flexible_start_s != 0) began_.insert(downtime.id);
  });
}

wire::DowntimeRegister OperatorDowntimes::content_of(const LocalDowntime& downtime) const {
  wire::DowntimeRegister content = downtime.content;
  const auto trigger = items_.find(downtime.triggered_by);
  if (!trigger) return content;
  content.triggered_by = trigger->item;
  content.triggered_by_object = objects_.key(trigger->object);
  return content;
}

void OperatorDowntimes::added(LocalId id) {
  const auto downtime = core_.downtime(id);
  if (!downtime) return;  // the core says so of what it refuses too
  const std::uint64_t item = remember(*downtime);
  scribe_.write(key({downtime->object, item}), wire::encode(content_of(*downtime)));
}

void OperatorDowntimes::started(LocalId id, bool own) {
  const auto place = items_.find(id);
  const auto downtime = core_.downtime(id);
  if (!place || !downtime || !begins_by_word(downtime->content, downtime->triggered_by != 0)) return;
  if (!began_.insert(id).second || !own || !ownership_.owns(place->object)) return;
  wire::DowntimeRegister content = content_of(*downtime);
  if (content.flexible_start_s == 0) content.flexible_start_s = scribe_.now_s();
  scribe_.write(key(*place), wire::encode(content));
}

void OperatorDowntimes::ended(LocalId id) {
  if (items_.find(id)) ended_.insert(id);
}

void OperatorDowntimes::deleted(LocalId id, std::int64_t end_s, bool own) {
  const auto place = items_.find(id);
  if (!place) return;
  const bool by_time = ended_.erase(id) > 0 || end_s <= scribe_.now_s();
  items_.remove(id);
  began_.erase(id);
  if (!own || (by_time && !ownership_.owns(place->object))) return;
  wire::DowntimeRegister gone;
  gone.deleted = true;
  scribe_.write(key(*place), wire::encode(gone), true);
}

bool OperatorDowntimes::is_over(const wire::DowntimeRegister& content) const { return end_of(content) <= scribe_.now_s(); }

void OperatorDowntimes::bring_in(Index object, std::uint64_t item, const wire::DowntimeRegister& content, bool live) {
  const LocalId id = items_.find(object, item);
  if (content.deleted) {
    std::erase_if(waiting_, [&](const auto& entry) { return entry.second.place == ItemMap::Place{object, item}; });
    return cancel(id, live);
  }
  if (id == 0) return add(object, item, content, live);
  const auto known = core_.downtime(id);
  if (content.flexible_start_s == 0 || !known || waits_for_trigger(known->triggered_by) || !began_.insert(id).second) return;
  core_.start_downtime(id, content.flexible_start_s, !live);
}

// The core takes one that is in effect when its trigger begins for one that ends.
bool OperatorDowntimes::waits_for_trigger(LocalId trigger) const {
  const auto found = trigger != 0 ? core_.downtime(trigger) : std::nullopt;
  return found && !found->in_effect;
}

void OperatorDowntimes::cancel(LocalId id, bool live) {
  const auto downtime = id != 0 ? core_.downtime(id) : std::nullopt;
  if (!downtime) return;
  // Its end is a matter of this core's own clock.
  if (downtime->in_effect && end_of(downtime->content) <= scribe_.now_s() + kClockSlack_s) return;
  core_.cancel_downtime(id, !live);
  items_.remove(id);
  began_.erase(id);
}

void OperatorDowntimes::add(Index object, std::uint64_t item, const wire::DowntimeRegister& content, bool live) {
  if (is_over(content)) return;
  LocalId trigger = 0;
  if (content.triggered_by != 0) {
    const Index trigger_object = objects_.find(content.triggered_by_object);
    if (trigger_object != no_object) trigger = items_.find(trigger_object, content.triggered_by);
    if (trigger == 0) {
      if (waiting_.size() < kMaxWaiting) waiting_.emplace(content.triggered_by, Waiting{{object, item}, content, live});
      return;
    }
  }
  wire::DowntimeRegister shown = content;
  if (waits_for_trigger(trigger)) shown.flexible_start_s = 0;
  const LocalId id = core_.add_downtime(object, shown, trigger, !live);
  if (id == 0) return;
  items_.add(id, object, item);
  if (shown.flexible_start_s != 0) began_.insert(id);
  for (auto next = waiting_.find(item); next != waiting_.end(); next = waiting_.find(item)) {
    const Waiting triggered = std::move(next->second);
    waiting_.erase(next);
    if (items_.find(triggered.place.object, triggered.place.item) == 0)
      add(triggered.place.object, triggered.place.item, triggered.content, triggered.live);
  }
}

void OperatorDowntimes::initial(std::vector<wire::Register>& rows) const {
  core_.each_downtime([&](const LocalDowntime& downtime) {
    const auto place = items_.find(downtime.id);
    if (place) rows.push_back(scribe_.known(key(*place), wire::encode(content_of(downtime)), downtime.content.entry_s * 1000));
  });
}

}  // namespace merlin::neb
