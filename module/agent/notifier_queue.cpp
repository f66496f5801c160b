#include "module/agent/notifier_queue.hpp"

#include <algorithm>

namespace merlin::neb {
namespace {

std::size_t cost(const NotifierRequests::Waiting& waiting) {
  const wire::CheckRegister& state = waiting.snapshot.state;
  return sizeof(waiting) + waiting.notification.author.size() + waiting.notification.text.size() + state.output.size() +
         state.long_output.size() + state.perf_data.size();
}

std::uint32_t bit_of(std::int32_t state) { return 1U << (state & 31); }

// A recovery is notified once, whatever its number is.
bool says_no_more(const wire::Notification& waiting, const wire::Notification& told) {
  return waiting.kind == told.kind && (told.kind == wire::NotificationKind::recovery || waiting.number <= told.number);
}

}  // namespace

// An event is known by its cause: the daemon, which asks for an acknowledgement by its register, does not know the core's number.
bool same_key(const wire::Notification& a, const wire::Notification& b) {
  if (a.object != b.object || a.kind != b.kind || a.cause != b.cause) return false;
  return !is_normal(a.kind) || (a.number == b.number && a.start == b.start);
}

void NotifierRequests::add(Index object, wire::Notification notification, NotifySnapshot snapshot, SteadyTime now) {
  const Waiting* last = is_normal(notification.kind) ? last_of_state(object) : nullptr;
  if (last != nullptr && same_key(last->notification, notification)) {
    if (is_first(*last) && last->said && now - *last->said >= kSaidAgain) unsaid_.insert(last->request);
    return;
  }
  insert({++last_, object, std::move(notification), std::move(snapshot), now, false, std::nullopt});
  limit(object);
}

void NotifierRequests::insert(Waiting waiting) {
  const std::uint64_t request = waiting.request;
  std::set<std::uint64_t>& of_object = of_object_[waiting.object];
  if (!of_object.empty()) unsaid_.erase(*of_object.begin());
  of_object.insert(request);
  bytes_ += cost(waiting);
  waiting_.insert_or_assign(request, std::move(waiting));
  const std::uint64_t first = *of_object.begin();
  if (!waiting_.at(first).said) unsaid_.insert(first);
}

// Never drops the newest request, because it has the object's present state.
void NotifierRequests::limit(Index object) {
  for (auto found = of_object_.find(object); found != of_object_.end() && found->second.size() > kMostOfObject; ++dropped_) {
    drop(waiting_.find(*found->second.begin()));
  }
  for (; bytes_ > kMaxBytes && waiting_.size() > 1; ++dropped_) drop(waiting_.begin());
}

const NotifierRequests::Waiting* NotifierRequests::next_to_say(SteadyTime now) {
  if (unsaid_.empty()) return nullptr;
  Waiting& waiting = waiting_.at(*unsaid_.begin());
  unsaid_.erase(unsaid_.begin());
  waiting.said = now;
  return &waiting;
}

void NotifierRequests::rewind() {
  unsaid_.clear();
  for (auto& [request, waiting] : waiting_) {
    waiting.said.reset();
    waiting.disturbed = true;
  }
  for (const auto& [object, requests] : of_object_) unsaid_.insert(*requests.begin());
}

void NotifierRequests::disturb(Index object) {
  const auto found = of_object_.find(object);
  if (found == of_object_.end()) return;
  for (const std::uint64_t request : found->second) waiting_.at(request).disturbed = true;
}

std::optional<NotifierRequests::Waiting> NotifierRequests::take(std::uint64_t request) {
  const auto place = waiting_.find(request);
  if (place == waiting_.end()) return std::nullopt;
  return erase(place);
}

const NotifierRequests::Waiting* NotifierRequests::find_event(Index object, const wire::Notification& notification) const {
  const auto found = is_normal(notification.kind) ? of_object_.end() : of_object_.find(object);
  if (found == of_object_.end()) return nullptr;
  const auto same = std::find_if(found->second.begin(), found->second.end(),
                                 [&](std::uint64_t request) { return same_key(waiting_.at(request).notification, notification); });
  return same == found->second.end() ? nullptr : &waiting_.at(*same);
}

bool NotifierRequests::begins_with_event(Index object) const {
  const auto found = of_object_.find(object);
  return found != of_object_.end() && !is_normal(waiting_.at(*found->second.begin()).notification.kind);
}

std::optional<NotifierRequests::Waiting> NotifierRequests::take_oldest() {
  if (waiting_.empty()) return std::nullopt;
  return erase(waiting_.begin());
}

void NotifierRequests::put_back(Waiting waiting) {
  waiting.said.reset();
  waiting.disturbed = true;
  insert(std::move(waiting));
}

void NotifierRequests::unsent(const Waiting& gone) { count_on(gone, 1, gone.notification.notified_on); }

void NotifierRequests::sent_instead(const Waiting& gone, const wire::Notification& sent) {
  const std::uint32_t number = gone.notification.number;
  count_on(gone, number - std::min(number, sent.number), sent.notified_on | bit_of(sent.state));
}

// After `gone`, of whose problem so many fewer notifications were sent than were counted: those of these states. Later problems of the
// same start get a smaller number; a recovery from problems that nobody was notified of is dropped.
void NotifierRequests::count_on(const Waiting& gone, std::uint32_t too_many, std::uint32_t notified_on) {
  if (gone.notification.kind != wire::NotificationKind::problem) return;
  const auto found = of_object_.find(gone.object);
  if (found == of_object_.end()) return;
  for (const std::uint64_t request : std::set<std::uint64_t>(found->second)) {
    const auto place = waiting_.find(request);
    wire::Notification& later = place->second.notification;
    if (request < gone.request || !is_normal(later.kind) || later.start != gone.notification.start) continue;
    later.notified_on = notified_on;
    later.number -= std::min(later.number, too_many);
    if (later.kind == wire::NotificationKind::problem) {
      notified_on |= bit_of(later.state);
    } else if (notified_on == 0) {
      erase(place);
    }
  }
}

const NotifierRequests::Waiting* NotifierRequests::last_of_state(Index object) const {
  const auto found = of_object_.find(object);
  if (found == of_object_.end()) return nullptr;
  const auto last = std::find_if(found->second.rbegin(), found->second.rend(),
                                 [&](std::uint64_t request) { return is_normal(waiting_.at(request).notification.kind); });
  return last == found->second.rend() ? nullptr : &waiting_.at(*last);
}

// The next waiting problem or recovery of the same object, if the notification is a problem or a recovery.
const NotifierRequests::Waiting* NotifierRequests::next_of_state(Index object, const wire::Notification& notification) const {
  const auto found = is_normal(notification.kind) ? of_object_.find(object) : of_object_.end();
  if (found == of_object_.end()) return nullptr;
  const auto next = std::find_if(found->second.begin(), found->second.end(),
                                 [&](std::uint64_t request) { return is_normal(waiting_.at(request).notification.kind); });
  return next == found->second.end() ? nullptr : &waiting_.at(*next);
}

bool NotifierRequests::is_overtaken(Index object, const wire::Notification& notification) const {
  const Waiting* waiting = next_of_state(object, notification);
  return waiting != nullptr && !says_no_more(waiting->notification, notification);
}

void NotifierRequests::outdo(Index object, const wire::Notification& told) {
  const Waiting* waiting = next_of_state(object, told);
  if (waiting != nullptr && says_no_more(waiting->notification, told)) erase(waiting_.find(waiting->request));
}

void NotifierRequests::drop(Place place) { unsent(erase(place)); }

NotifierRequests::Waiting NotifierRequests::erase(Place place) {
  Waiting waiting = std::move(place->second);
  bytes_ -= cost(waiting);
  unsaid_.erase(waiting.request);
  waiting_.erase(place);
  const auto found = of_object_.find(waiting.object);
  found->second.erase(waiting.request);
  if (found->second.empty()) {
    of_object_.erase(found);
  } else if (const std::uint64_t first = *found->second.begin(); !waiting_.at(first).said) {
    unsaid_.insert(first);
  }
  return waiting;
}

namespace {

std::size_t log_bytes_of(const wire::NotifyDone& done) {
  std::size_t bytes = 0;
  for (const std::string& line : done.log) bytes += sizeof line + line.size();
  return bytes;
}

}  // namespace

void NotifierTold::add(wire::NotifyDone done, bool said, SteadyTime now) {
  // Entries are reported in order, so one counts as reported only if all earlier ones are.
  const bool all_said = said_ == told_.size();
  log_bytes_ += log_bytes_of(done);
  told_.push_back({std::move(done), now});
  if (said && all_said) ++said_;
  limit_logs();
  if (told_.size() <= kMost) return;
  pop_front();
  if (said_ > 0) --said_;
}

void NotifierTold::pop_front() {
  log_bytes_ -= log_bytes_of(told_.front().done);
  told_.pop_front();
}

void NotifierTold::limit_logs() {
  for (auto told = told_.begin(); log_bytes_ > kMostLogBytes && told != told_.end(); ++told) {
    log_bytes_ -= log_bytes_of(told->done);
    told->done.log.clear();
  }
}

bool NotifierTold::has(const wire::Notification& notification) const {
  for (const Told& told : told_) {
    if (same_key(told.done.notification, notification)) return true;
  }
  return false;
}

const wire::NotifyDone* NotifierTold::next_to_say() { return said_ < told_.size() ? &told_[said_++].done : nullptr; }

void NotifierTold::rewind(SteadyTime now) {
  for (; said_ > 0 && now - told_.front().at > kRemembered; --said_) pop_front();
  said_ = 0;
}

std::vector<wire::NotifyDone> NotifierTold::unsaid() const {
  std::vector<wire::NotifyDone> rest;
  for (std::size_t place = said_; place < told_.size(); ++place) rest.push_back(told_[place].done);
  return rest;
}

}  // namespace merlin::neb
