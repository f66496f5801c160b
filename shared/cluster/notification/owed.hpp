// Notifications that are owed, whichever node owns the object (R4): an open notification whose holder can no longer be waited for,
// the recovery of a problem that was notified, and an acknowledgement that asks for a notification. Derived from the changes of the
// table, so that no look-up searches all of it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/notification/facts.hpp"
#include "shared/cluster/state/table.hpp"

namespace merlin::cluster {

inline constexpr Millis kAcknowledgementIsNews{60 * 60 * 1000};

class OwedNotifications {
 public:
  // `table` must outlive this. Its present contents count as seen at the first call of follow().
  OwedNotifications(Table& table, NodeId self) : table_(table), self_(self) {}

  // Processes the changes of the table since the last call. Calls `changed` for each
  // notification record that such a change may concern.
  void follow(Now now, const std::function<void(const RegisterKey&)>& changed);

  struct Patience {
    Millis with_holder;  // for the node that asked for it
    Millis with_core;    // for the owner's core, which may ask for it itself
  };
  struct Questions {
    std::function<bool(const ObjectKey&)> notifies;  // this node does, and its core knows the state
    std::function<bool(const RegisterKey&)> asked;   // we ask for it already
  };
  // The notifications to ask for now.
  std::vector<wire::Notification> due(SteadyTime now, const Patience& patience, const Questions& questions) const;

  std::size_t size() const { return owed_.size(); }

 private:
  struct Owed {
    wire::Notification notification;
    std::optional<NodeId> holder;  // the node that asked for it; empty: none
    wire::Version version;         // of the register that shows this
    SteadyTime since{};
  };

  const wire::Register* find(const RegisterKey& key);
  std::optional<wire::CheckRegister> check(const ObjectKey& object);
  std::optional<wire::NotificationRecord> record(const RegisterKey& key);
  void look_at_record(const RegisterKey& key, Now now);
  void look_at_acknowledgement(const ObjectKey& object, Now now);
  void set(const RegisterKey& key, std::optional<Owed> owed);
  void watch(const RegisterKey& key, bool wanted);
  bool is_due(const RegisterKey& key, const Owed& owed, SteadyTime now, const Patience& patience, const Questions& questions) const;

  Table& table_;
  NodeId self_;
  std::uint64_t followed_ = 0;
  // Objects whose check register affects what is owed: which registers are concerned.
  std::unordered_map<ObjectKey, std::set<RegisterKey>> watched_;
  std::map<RegisterKey, Owed> owed_;
};

}  // namespace merlin::cluster
