// Downtimes, between this core and the cluster. Fixed ones start and end by each core's own clock; the object's owner decides
// when a flexible or triggered one starts, and when any downtime is over.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "module/agent/objects.hpp"
#include "module/agent/operator_items.hpp"
#include "module/agent/register_writer.hpp"

namespace merlin::neb {

class OperatorDowntimes {
 public:
  // Downtimes whose trigger has not arrived yet; any beyond this number are dropped until the next start of the core.
  static constexpr std::size_t kMaxWaiting = 10'000;
  // A tombstone that arrives so shortly before the end means the end itself, by a clock that is ahead.
  static constexpr std::int64_t kClockSlack_s = 5;

  // All outlive this.
  OperatorDowntimes(OperatorCore& core, const Objects& objects, const Ownership& ownership, RegisterWriter& register_writer)
      : core_(core), objects_(objects), ownership_(ownership), register_writer_(register_writer) {}

  // Reads those that the core has from its retention file.
  // Removes those with impossible times from the core, and returns their number.
  std::size_t find_all();
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

  std::optional<LocalDowntime> downtime_of(LocalId id) const;
  std::uint64_t remember(const LocalDowntime& downtime);
  void cancel(LocalId id, bool live);
  void add_waiting();
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
  RegisterWriter& register_writer_;
  ItemMap items_;
  std::unordered_set<LocalId> began_;                        // those that have started
  std::unordered_set<LocalId> ended_;                        // those that have expired and are about to be deleted
  std::vector<std::uint64_t> came_;                          // new items that may be triggers of waiting ones
  std::unordered_multimap<std::uint64_t, Waiting> waiting_;  // by the item of the trigger
};

}  // namespace merlin::neb
