// What the notifier keeps for its daemon: requests that wait for a verdict, and what was told. Both bounded, pure.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "module/core/core.hpp"

namespace merlin::neb {

// Of a problem and of a recovery an object has one at a time: what comes later makes the earlier untrue.
constexpr bool is_normal(wire::NotificationKind kind) {
  return kind == wire::NotificationKind::problem || kind == wire::NotificationKind::recovery;
}

bool same_key(const wire::Notification& a, const wire::Notification& b);

class NotifierRequests {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;
  // The core asks again at each result. After so long it is said again too, should the daemon have lost it.
  static constexpr Millis kSaidAgain{60000};

  struct Waiting {
    std::uint64_t request = 0;
    Index object = no_object;
    wire::Notification notification;
    std::optional<SteadyTime> said;  // on this link
  };

  // Nothing new where the same waits already; the oldest go where all together become too many.
  void add(Index object, wire::Notification notification, SteadyTime now);
  // The next one to say, oldest first; counts as said. Null: none. Good until the next call.
  const Waiting* next_to_say(SteadyTime now);
  // All of them are to be said again.
  void rewind();

  std::optional<Waiting> take(std::uint64_t request);
  std::optional<Waiting> take_oldest();
  // It was not decided after all: it is said again, unless a later one stands for the object.
  void put_back(Waiting waiting);
  // A later one of the object's state waits than this, or another kind.
  bool is_overtaken(Index object, const wire::Notification& notification) const;
  // This was told, and with it what waits of the object and says no more.
  void outdo(Index object, const wire::Notification& told);

  template <class Predicate>
  void erase_if(Predicate&& predicate) {
    for (auto place = waiting_.begin(); place != waiting_.end();) {
      const auto next = std::next(place);
      if (predicate(place->second)) erase(place);
      place = next;
    }
  }

  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  using Place = std::map<std::uint64_t, Waiting>::iterator;
  const Waiting* of_state(Index object, const wire::Notification& notification) const;
  void insert(Waiting waiting);
  Waiting erase(Place place);

  std::map<std::uint64_t, Waiting> waiting_;            // by number, so the oldest first
  std::unordered_map<Index, std::uint64_t> of_object_;  // of problem or recovery
  std::set<std::uint64_t> unsaid_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

// What this core has told, until its daemon knows: said again on each link for a while, since the last words on the link
// before may not have arrived.
class NotifierTold {
 public:
  static constexpr std::size_t kMost = 16384;
  static constexpr Millis kRemembered{120000};

  void add(wire::NotifyDone done, bool said, SteadyTime now);
  bool has(const wire::Notification& notification) const;
  const wire::NotifyDone* next_to_say();
  void rewind(SteadyTime now);
  std::vector<wire::NotifyDone> unsaid() const;

 private:
  struct Told {
    wire::NotifyDone done;
    SteadyTime at;
  };
  std::deque<Told> told_;
  std::size_t said_ = 0;  // the first so many
};

}  // namespace merlin::neb
