// What the notifier keeps for its daemon: requests that wait for a verdict, and reports of sent notifications. Both bounded, pure.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "module/agent/core.hpp"
#include "shared/base/time.hpp"

namespace merlin::neb {

constexpr bool is_normal(wire::NotificationKind kind) {
  return kind == wire::NotificationKind::problem || kind == wire::NotificationKind::recovery;
}

bool same_key(const wire::Notification& a, const wire::Notification& b);

// The notifications of one object are a sequence: the daemon is asked for one at a time, in the order in which the core
// would have sent them.
class NotifierRequests {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;
  static constexpr std::size_t kMostOfObject = 64;
  // The core requests again at each result. After this time the request is sent again too, in case the daemon has lost it.
  static constexpr Millis kSaidAgain{60000};

  struct Waiting {
    std::uint64_t request = 0;
    Index object = kNoObject;
    wire::Notification notification;
    NotifySnapshot snapshot;
    SteadyTime asked{};
    bool disturbed = false;          // something went wrong meanwhile: it is sent only if it is still true
    std::optional<SteadyTime> said;  // when it was sent on this link
  };

  // Adds nothing if the object's last request of its kind is the same; drops the oldest requests if there are too many.
  void add(Index object, wire::Notification notification, NotifySnapshot snapshot, SteadyTime now);
  // The next one to send, oldest first, which then counts as sent. Null: none. Valid until the next call.
  const Waiting* next_to_say(SteadyTime now);
  // Sends all of them again, on a new link.
  void rewind();
  void disturb(Index object);

  std::optional<Waiting> take(std::uint64_t request);
  // The same notification of an event, which the daemon has asked for by itself; null: it does not wait here.
  const Waiting* find_event(Index object, const wire::Notification& notification) const;
  bool is_first(const Waiting& waiting) const { return *of_object_.at(waiting.object).begin() == waiting.request; }
  // Whether the object's first request is of an event.
  bool begins_with_event(Index object) const;
  std::optional<Waiting> take_oldest();
  // It was not decided after all: sends it again, before later ones.
  void put_back(Waiting waiting);
  // The notification was not sent: later ones are counted without it.
  void unsent(const Waiting& gone);
  // The cluster has sent `sent` instead, a notification of the same problem with another number: later ones are counted on from there.
  void sent_instead(const Waiting& gone, const wire::Notification& sent);

  // The object's last waiting problem or recovery; null: none.
  const Waiting* last_of_state(Index object) const;
  // Whether the object's next waiting problem or recovery supersedes this one.
  bool is_overtaken(Index object, const wire::Notification& notification) const;
  // This notification was sent: drops the object's next waiting problem or recovery if it adds nothing.
  void outdo(Index object, const wire::Notification& told);

  template <class Predicate>
  void erase_if(Predicate&& predicate) {
    for (auto place = waiting_.begin(); place != waiting_.end();) {
      const auto next = std::next(place);
      if (predicate(place->second)) erase(place);
      place = next;
    }
  }
  // Drops those requests of the object, as notifications that were not sent.
  template <class Predicate>
  void drop_if(Index object, Predicate&& predicate) {
    const auto found = of_object_.find(object);
    if (found == of_object_.end()) return;
    for (const std::uint64_t request : std::set<std::uint64_t>(found->second)) {
      const auto place = waiting_.find(request);
      if (place != waiting_.end() && predicate(place->second)) drop(place);
    }
  }

  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  using Place = std::map<std::uint64_t, Waiting>::iterator;
  const Waiting* next_of_state(Index object, const wire::Notification& notification) const;
  void count_on(const Waiting& gone, std::uint32_t too_many, std::uint32_t notified_on);
  void insert(Waiting waiting);
  Waiting erase(Place place);
  void drop(Place place);
  void limit(Index object);

  std::map<std::uint64_t, Waiting> waiting_;                      // by number, oldest first
  std::unordered_map<Index, std::set<std::uint64_t>> of_object_;  // the daemon is asked for the first of these
  std::set<std::uint64_t> unsaid_;                                // those of the first ones that are not sent yet
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

// Reports of notifications that this core has sent: repeated on each new link for a while, because the last messages of the
// previous link may not have arrived.
class NotifierTold {
 public:
  static constexpr std::size_t kMost = 16384;
  static constexpr Millis kRemembered{120000};
  // Of all log lines. Beyond that, the oldest reports lose theirs.
  static constexpr std::size_t kMostLogBytes = std::size_t{4} * 1024 * 1024;

  void add(wire::NotifyDone done, bool said, SteadyTime now);
  bool has(const wire::Notification& notification) const;
  const wire::NotifyDone* next_to_say();
  void rewind(SteadyTime now);
  std::vector<wire::NotifyDone> unsaid() const;
  std::size_t log_bytes() const { return log_bytes_; }

 private:
  struct Told {
    wire::NotifyDone done;
    SteadyTime at;
  };
  void pop_front();
  void limit_logs();

  std::deque<Told> told_;
  std::size_t said_ = 0;       // number of reports sent on this link
  std::size_t log_bytes_ = 0;  // of all of them
};

}  // namespace merlin::neb
