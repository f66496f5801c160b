// Downtimes, between this core and the cluster. Fixed ones start and end by each core's own clock; that a flexible or a
// triggered one began, and that any is over, is the word of the object's owner.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "module/objects.hpp"
#include "module/operator_items.hpp"
#include "module/operator_scribe.hpp"

namespace merlin::neb {

class OperatorDowntimes {
 public:
  // Downtimes whose trigger is not here yet; more than these are dropped until the next start of the core.
  static constexpr std::size_t kMaxWaiting = 10'000;
  // A tombstone that comes so shortly before the end is of the end itself, by a clock that is ahead.
  static constexpr std::int64_t kClockSlack_s = 5;

  // All outlive this.
  OperatorDowntimes(OperatorCore& core, const Objects& objects, const Ownership& ownership, OperatorScribe& scribe)
      : core_(core), objects_(objects), ownership_(ownership), scribe_(scribe) {}

  // Those that the core has from its retention file.
  void find_all();
  void added(LocalId id);
  void started(LocalId id, bool own);
  void ended(LocalId id);
  void deleted(LocalId id, std::int64_t end_s, bool own);

  void bring_in(Index object, std::uint64_t item, const wire::DowntimeRegister& content, bool live);
  void initial(std::vector<wire::Register>& rows) const;

 private:
  struct Waiting {
    ItemMap::Place place;
    wire::DowntimeRegister content;
    bool live = false;
  };

  std::uint64_t remember(const LocalDowntime& downtime);
  void cancel(LocalId id, bool live);
  void add(Index object, std::uint64_t item, const wire::DowntimeRegister& content, bool live);
  wire::DowntimeRegister content_of(const LocalDowntime& downtime) const;
  bool waits_for_trigger(LocalId trigger) const;
  bool is_over(const wire::DowntimeRegister& content) const;
  cluster::RegisterKey key(const ItemMap::Place& place) const {
    return {objects_.key(place.object), wire::RegisterKind::downtime, place.item};
  }

  OperatorCore& core_;
  const Objects& objects_;
  const Ownership& ownership_;
  OperatorScribe& scribe_;
  ItemMap items_;
  std::unordered_set<LocalId> began_;                        // flexible and triggered ones that did
  std::unordered_set<LocalId> ended_;                        // over by time, about to be deleted
  std::unordered_multimap<std::uint64_t, Waiting> waiting_;  // by the item of the trigger
};

}  // namespace merlin::neb
