#include "module/agent/operator_downtimes.hpp"

#include "shared/wire/codec.hpp"
#include "shared/wire/fit.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::neb {
namespace {

bool begins_by_word(const wire::DowntimeRegister& content, bool triggered) { return !content.fixed || triggered; }

std::int64_t end_of(const wire::DowntimeRegister& content) {
  const bool flexible = !content.fixed && content.flexible_start_s != 0;
  return flexible ? content.flexible_start_s + content.duration_s : content.end_s;
}

// The part that is replicated; the item is a hash of exactly this part.
LocalDowntime limited(LocalDowntime downtime) {
  wire::fit(downtime.content);
  return downtime;
}

}  // namespace

std::optional<LocalDowntime> OperatorDowntimes::downtime_of(LocalId id) const {
  auto found = core_.downtime(id);
  if (found) wire::fit(found->content);
  return found;
}

std::uint64_t OperatorDowntimes::remember(const LocalDowntime& downtime) {
  const ObjectKey object = objects_.key(downtime.object);
  const std::uint64_t item =
      items_.free_item(downtime.object, [&](std::uint32_t ordinal) { return downtime_item(object, downtime.content, ordinal); });
  items_.add(downtime.id, downtime.object, item);
  return item;
}

// The core starts those that were in effect again by itself.
std::size_t OperatorDowntimes::find_all() {
  std::vector<LocalId> impossible;
  core_.each_downtime([&](const LocalDowntime& found) {
    LocalDowntime downtime = limited(found);
    wire::Rejects rejects;
    if (!wire::validate(downtime.content, rejects)) return impossible.push_back(downtime.id);
    remember(downtime);
    if (downtime.in_effect || downtime.content.flexible_start_s != 0) began_.insert(downtime.id);
  });
  for (const LocalId id : impossible) core_.cancel_downtime(id, true);
  return impossible.size();
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
  const auto downtime = downtime_of(id);
  if (!downtime) return;  // the core reports refused downtimes as well
  const std::uint64_t item = remember(*downtime);
  register_writer_.write(key({downtime->object, item}), wire::encode(content_of(*downtime)));
}

void OperatorDowntimes::started(LocalId id, bool own) {
  const auto place = items_.find(id);
  const auto downtime = downtime_of(id);
  if (!place || !downtime || !began_.insert(id).second || !own || !ownership_.owns(place->object)) return;
  wire::DowntimeRegister content = content_of(*downtime);
  if (!begins_by_word(downtime->content, downtime->triggered_by != 0)) {
    content.fixed_start_s = register_writer_.now_s();  // only for the history: each core starts it by itself
  } else if (content.flexible_start_s == 0) {
    content.flexible_start_s = register_writer_.now_s();
  }
  register_writer_.write(key(*place), wire::encode(content));
}

void OperatorDowntimes::ended(LocalId id) {
  if (items_.find(id)) ended_.insert(id);
}

void OperatorDowntimes::deleted(LocalId id, std::int64_t end_s, bool own) {
  const auto place = items_.find(id);
  if (!place) return;
  const bool by_time = ended_.erase(id) > 0 || end_s <= register_writer_.now_s();
  items_.remove(id);
  began_.erase(id);
  if (!own || (by_time && !ownership_.owns(place->object))) return;
  wire::DowntimeRegister gone;
  gone.deleted = true;
  gone.ended = by_time;
  register_writer_.write(key(*place), wire::encode(gone), true);
}

bool OperatorDowntimes::is_over(const wire::DowntimeRegister& content) const { return end_of(content) <= register_writer_.now_s(); }

void OperatorDowntimes::bring_in(Index object, std::uint64_t item, const wire::DowntimeRegister& content, bool live) {
  const LocalId id = items_.find(object, item);
  if (content.deleted) {
    std::erase_if(waiting_, [&](const auto& entry) { return entry.second.place == ItemMap::Place{object, item}; });
    return cancel(id, live);
  }
  if (id == 0) return add(object, item, content, live), add_waiting();
  const auto known = downtime_of(id);
  if (content.flexible_start_s == 0 || !known || waits_for_trigger(known->triggered_by) || !began_.insert(id).second) return;
  core_.start_downtime(id, content.flexible_start_s, !live);
}

// If a downtime is in effect when its trigger starts, the core ends it.
bool OperatorDowntimes::waits_for_trigger(LocalId trigger) const {
  const auto found = trigger != 0 ? downtime_of(trigger) : std::nullopt;
  return found && !found->in_effect;
}

void OperatorDowntimes::cancel(LocalId id, bool live) {
  const auto downtime = id != 0 ? downtime_of(id) : std::nullopt;
  if (!downtime) return;
  // This core's own clock ends it.
  if (downtime->in_effect && end_of(downtime->content) <= register_writer_.now_s() + kClockSlack_s) return;
  core_.cancel_downtime(id, !live);
  items_.remove(id);
  began_.erase(id);
}

void OperatorDowntimes::add(Index object, std::uint64_t item, const wire::DowntimeRegister& content, bool live) {
  if (is_over(content)) return;
  LocalId trigger = 0;
  if (content.triggered_by != 0) {
    const Index trigger_object = objects_.find(content.triggered_by_object);
    if (trigger_object != kNoObject) trigger = items_.find(trigger_object, content.triggered_by);
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
  came_.push_back(item);
}

// Iterative, because a chain of triggers may be as long as the list of waiting downtimes.
void OperatorDowntimes::add_waiting() {
  while (!came_.empty()) {
    const auto next = waiting_.find(came_.back());
    if (next == waiting_.end()) {
      came_.pop_back();
      continue;
    }
    const Waiting triggered = std::move(next->second);
    waiting_.erase(next);
    if (items_.find(triggered.place.object, triggered.place.item) == 0)
      add(triggered.place.object, triggered.place.item, triggered.content, triggered.live);
  }
}

void OperatorDowntimes::initial(std::vector<wire::Register>& rows) const {
  core_.each_downtime([&](const LocalDowntime& found) {
    const LocalDowntime downtime = limited(found);
    const auto place = items_.find(downtime.id);
    if (place) rows.push_back(register_writer_.known(key(*place), wire::encode(content_of(downtime)), downtime.content.entry_s * 1000));
  });
}

}  // namespace merlin::neb
