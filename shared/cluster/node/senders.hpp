// Which nodes can have sent a notification of an object that our core owns (R4). A node that was active all the time and claimed none
// of our units knew the owner, so its record of a notification that began since then is no reason for us to be silent. Times are
// values of the hybrid clock: a stamp later than a moment here cannot have been known before that moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "shared/base/ids.hpp"
#include "shared/cluster/notification/facts.hpp"

namespace merlin::cluster {

class Senders {
 public:
  static constexpr std::size_t kMostUnproven = 10'000;

  // What is known of the holder of a record.
  struct Facts {
    bool is_known = false;   // it is in some configuration now
    bool is_active = false;  // for us
    bool claims_object = false;
    bool notifies_for_us = false;  // this node does not notify, so another one does for its objects
  };
  using FactsOf = std::function<Facts(const NodeId& holder)>;

  // Our core owns this unit from now on, or no longer.
  void gained(Unit unit, std::uint64_t clock) { owned_.try_emplace(unit, clock); }
  void lost(Unit unit) { owned_.erase(unit); }
  void core_lost() { owned_.clear(); }
  // That node may disagree about what we own: it was away, or claims one of our units. Likewise this node, after a pause of its loop.
  void disagreed(const NodeId& node, std::uint64_t clock) { disagreed_[node] = clock; }
  void stood_still(std::uint64_t clock) { stood_still_ = clock; }
  void forget(const NodeId& node) { disagreed_.erase(node); }

  // A record arrived from another node.
  void note(const RegisterKey& key, const wire::NotificationRecord& record, const wire::Version& version, const FactsOf& facts);
  // Not to be called for our own records.
  bool may_have_sent(const RegisterKey& key, const wire::NotificationRecord& record, const wire::Version& version,
                     const FactsOf& facts) const;

 private:
  std::optional<std::uint64_t> owned_since(const ObjectKey& object) const;
  bool is_plausible(const RegisterKey& key, const wire::NotificationRecord& record, const FactsOf& facts) const;

  std::unordered_map<Unit, std::uint64_t> owned_;
  std::map<NodeId, std::uint64_t> disagreed_;
  std::uint64_t stood_still_ = 0;
  std::map<RegisterKey, wire::Version> unproven_;
};

}  // namespace merlin::cluster
