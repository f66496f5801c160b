// What is owed whoever owns the object (R4): an open notification whose holder cannot be waited for, the recovery of a
// problem that was told, an acknowledgement that asks to be told. Kept from the changes of the table, so that no look-up
// goes over all of it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "cluster/notification.hpp"
#include "cluster/table.hpp"

namespace merlin::cluster {

inline constexpr Millis kAcknowledgementIsNews{60 * 60 * 1000};

class OwedNotifications {
 public:
  // `table` outlives this. What it holds already counts as seen at the first call of follow().
  OwedNotifications(Table& table, NodeId self) : table_(table), self_(self) {}

  // Takes note of what has changed in the table since the last call; `changed` is called for each register of what was
  // told that this may concern.
  void follow(Now now, const std::function<void(const RegisterKey&)>& changed);

  struct Patience {
    Millis with_holder;  // who asked for it is given that long
    Millis with_core;    // and the core that runs the object, which may ask for it itself
  };
  struct Questions {
    std::function<bool(const ObjectKey&)> tells;    // it is ours to tell of, and our core knows its state
    std::function<bool(const RegisterKey&)> asked;  // we ask for it already
  };
  // What we should ask for now.
  std::vector<wire::Notification> due(SteadyTime now, const Patience& patience, const Questions& questions) const;

  std::size_t size() const { return owed_.size(); }

 private:
  struct Owed {
    wire::Notification notification;
    std::optional<NodeId> holder;  // asked for by it; none: nobody has
    wire::Version version;         // of the register that says so
    SteadyTime since{};
  };

  std::optional<wire::CheckRegister> check(const ObjectKey& object);
  std::optional<wire::ToldRegister> told_at(const RegisterKey& key);
  void look_at_told(const RegisterKey& key, Now now);
  void look_at_acknowledgement(const ObjectKey& object, Now now);
  void set(const RegisterKey& key, std::optional<Owed> owed);
  void watch(const RegisterKey& key, bool wanted);
  bool is_due(const RegisterKey& key, const Owed& owed, SteadyTime now, const Patience& patience, const Questions& questions) const;

  Table& table_;
  NodeId self_;
  std::uint64_t followed_ = 0;
  // Objects of which a change of the check register may make something owed: which registers are concerned.
  std::unordered_map<ObjectKey, std::set<RegisterKey>> watched_;
  std::map<RegisterKey, Owed> owed_;
};

}  // namespace merlin::cluster
