#include "module/notifier_queue.hpp"

namespace merlin::neb {
namespace {

std::size_t cost(const NotifierRequests::Waiting& waiting) {
  return sizeof(waiting) + waiting.notification.author.size() + waiting.notification.text.size();
}

// Well again is said once, whatever was counted before.
bool says_no_more(const wire::Notification& waiting, const wire::Notification& told) {
  return waiting.kind == told.kind && (told.kind == wire::NotificationKind::recovery || waiting.number <= told.number);
}

}  // namespace

bool same_key(const wire::Notification& a, const wire::Notification& b) {
  return a.object == b.object && a.kind == b.kind && a.number == b.number && a.start == b.start && a.cause == b.cause;
}

void NotifierRequests::add(Index object, wire::Notification notification, SteadyTime now) {
  if (is_normal(notification.kind)) {
    const auto known = of_object_.find(object);
    const auto place = known != of_object_.end() ? waiting_.find(known->second) : waiting_.end();
    if (place != waiting_.end() && same_key(place->second.notification, notification)) {
      const auto& said = place->second.said;
      if (said && now - *said >= kSaidAgain) unsaid_.insert(place->first);
      return;
    }
    if (place != waiting_.end()) erase(place);
  }
  insert({++last_, object, std::move(notification), std::nullopt});
}

void NotifierRequests::insert(Waiting waiting) {
  const std::uint64_t request = waiting.request;
  if (is_normal(waiting.notification.kind)) of_object_[waiting.object] = request;
  unsaid_.insert(request);
  bytes_ += cost(waiting);
  waiting_.insert_or_assign(request, std::move(waiting));
  for (; bytes_ > kMaxBytes && waiting_.size() > 1; ++dropped_) erase(waiting_.begin());
}

const NotifierRequests::Waiting* NotifierRequests::next_to_say(SteadyTime now) {
  if (unsaid_.empty()) return nullptr;
  Waiting& waiting = waiting_.at(*unsaid_.begin());
  unsaid_.erase(unsaid_.begin());
  waiting.said = now;
  return &waiting;
}

void NotifierRequests::rewind() {
  for (const auto& [request, waiting] : waiting_) unsaid_.insert(request);
}

std::optional<NotifierRequests::Waiting> NotifierRequests::take(std::uint64_t request) {
  const auto place = waiting_.find(request);
  if (place == waiting_.end()) return std::nullopt;
  return erase(place);
}

std::optional<NotifierRequests::Waiting> NotifierRequests::take_oldest() {
  if (waiting_.empty()) return std::nullopt;
  return erase(waiting_.begin());
}

void NotifierRequests::put_back(Waiting waiting) {
  if (is_normal(waiting.notification.kind) && of_object_.contains(waiting.object)) return;
  insert(std::move(waiting));
}

// What waits of the same object's state, if the notification is of a state.
const NotifierRequests::Waiting* NotifierRequests::of_state(Index object, const wire::Notification& notification) const {
  const auto known = is_normal(notification.kind) ? of_object_.find(object) : of_object_.end();
  return known == of_object_.end() ? nullptr : &waiting_.at(known->second);
}

bool NotifierRequests::is_overtaken(Index object, const wire::Notification& notification) const {
  const Waiting* waiting = of_state(object, notification);
  return waiting != nullptr && !says_no_more(waiting->notification, notification);
}

void NotifierRequests::outdo(Index object, const wire::Notification& told) {
  const Waiting* waiting = of_state(object, told);
  if (waiting != nullptr && says_no_more(waiting->notification, told)) erase(waiting_.find(waiting->request));
}

NotifierRequests::Waiting NotifierRequests::erase(Place place) {
  Waiting waiting = std::move(place->second);
  bytes_ -= cost(waiting);
  unsaid_.erase(waiting.request);
  waiting_.erase(place);
  const auto known = of_object_.find(waiting.object);
  if (known != of_object_.end() && known->second == waiting.request) of_object_.erase(known);
  return waiting;
}

void NotifierTold::add(wire::NotifyDone done, bool said, SteadyTime now) {
  // Said in order, so what is said already must not overtake what is not.
  const bool all_said = said_ == told_.size();
  told_.push_back({std::move(done), now});
  if (said && all_said) ++said_;
  if (told_.size() <= kMost) return;
  told_.pop_front();
  if (said_ > 0) --said_;
}

bool NotifierTold::has(const wire::Notification& notification) const {
  for (const Told& told : told_) {
    if (same_key(told.done.notification, notification)) return true;
  }
  return false;
}

const wire::NotifyDone* NotifierTold::next_to_say() { return said_ < told_.size() ? &told_[said_++].done : nullptr; }

void NotifierTold::rewind(SteadyTime now) {
  for (; said_ > 0 && now - told_.front().at > kRemembered; --said_) told_.pop_front();
  said_ = 0;
}

std::vector<wire::NotifyDone> NotifierTold::unsaid() const {
  std::vector<wire::NotifyDone> rest;
  for (std::size_t place = said_; place < told_.size(); ++place) rest.push_back(told_[place].done);
  return rest;
}

}  // namespace merlin::neb
