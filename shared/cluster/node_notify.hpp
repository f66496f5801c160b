// The place of notifications (R4) in a node: whom the rule may ask, what it may write, what is owed. Part of the inside of
// Node.
#pragma once

#include "cluster/node_state.hpp"
#include "cluster/notification_owed.hpp"
#include "cluster/notification_rule.hpp"

namespace merlin::cluster {

inline constexpr Millis kJudgeNotificationsEvery{50};

class Node::State::Notifications final : public NotificationOutside {
 public:
  explicit Notifications(State& state);

  NotificationRule& rule() { return rule_; }
  // Another node runs the object and does not notify.
  void on_tell(const wire::Notification& notification, Now now);
  // What the table holds came from the store.
  void restored(Now now);
  // What follows from what has changed since the last call.
  void settle(Now now);
  // What has been handed to the store, and that a Save of it is over, well or not.
  void follow_store(Now now);
  void saved(std::uint64_t ticket, Now now);

 private:
  const wire::Register* find(const RegisterKey& key) const override;
  bool runs(const ObjectKey& object) const override;
  bool tells(const ObjectKey& object) const override;
  void pass_on(const wire::Notification& notification) override;
  bool stands_before(const NodeId& one, const NodeId& other, const ObjectKey& object) const override;
  Millis interval_of(const NodeId& node) const override;
  void write(const wire::ToldRegister& told, Now now) override;
  void note(const wire::ToldRegister& granted, Now now) override;
  void learn(wire::Register row, const NodeId& from) override;
  void when_safe(std::function<void(Now)> then, Now now) override;
  void send(const NodeId& to, PeerMessage message) override;
  void answer_core(wire::NotifyVerdict verdict) override;

  void take_up_passed(Now now);
  bool notifies(const NodeId& id) const;
  std::optional<NodeId> first_that_notifies(const ObjectKey& object) const;
  bool core_knows_state(const ObjectKey& object) const;
  void put(const wire::ToldRegister& told, const wire::Version& version, const NodeId& from, Now now);
  Electorate electorate() const;
  std::set<NodeId> present(const Electorate& electorate, SteadyTime now) const;

  State& state_;
  HybridClock clock_;
  OwedNotifications owed_;
  NotificationRule rule_;
  std::optional<SteadyTime> judged_;
  struct Passed {
    wire::Notification notification;
    SteadyTime since{};
  };
  std::map<RegisterKey, Passed> passed_;  // to us, ahead of the state that it is about
  struct Waiting {
    std::uint64_t change = 0;             // of the table
    std::optional<std::uint64_t> ticket;  // of the Save that holds it; none: not handed over yet
    SteadyTime since{};
    std::function<void(Now)> then;
  };
  std::deque<Waiting> waiting_;  // for the disk
  std::uint64_t saved_ = 0;      // tickets up to this are over
};

}  // namespace merlin::cluster
