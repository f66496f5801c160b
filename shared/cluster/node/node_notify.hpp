// Connects the notification rule (R4) to the node: which voters can be asked, how records are written, and which
// notifications are owed. Internal to Node.
#pragma once

#include "shared/cluster/node/node_state.hpp"
#include "shared/cluster/notification/owed.hpp"
#include "shared/cluster/notification/rule.hpp"

namespace merlin::cluster {

inline constexpr Millis kJudgeNotificationsEvery{50};

class Node::State::Notifications final : public NotificationEnvironment {
 public:
  explicit Notifications(State& state);

  NotificationRule& rule() { return rule_; }
  // A version above everything that is known here.
  wire::Version next_version(Now now);
  // A node that decides about the object and does not notify has passed this on to us.
  void on_tell(const wire::Notification& notification, Now now);
  // Our core has sent a notification or refused it.
  void on_done(const wire::NotifyDone& done, Now now);
  // The table has been loaded from the store.
  void restored(Now now);
  // Computes what follows from all changes since the last call.
  void settle(Now now);
  // Continues what waits for the disk: after rows were handed to the store, and after the end of a Save, successful or not.
  void follow_store(Now now);
  void saved(std::uint64_t ticket, Now now);

 private:
  const wire::Register* find(const RegisterKey& key) const override;
  bool decides(const ObjectKey& object) const override { return state_.duties.goes_on_deciding(object); }
  bool notifies(const ObjectKey& object) const override { return state_.duties.notifies(object); }
  void pass_on(const wire::Notification& notification) override;
  bool stands_before(const NodeId& one, const NodeId& other, const ObjectKey& object) const override {
    return state_.duties.stands_before(one, other, object);
  }
  Millis interval_of(const NodeId& node) const override;
  bool may_have_sent(const RegisterKey& key, const wire::NotificationRecord& record) const override;
  void write(const wire::NotificationRecord& record, Now now) override;
  void note(const wire::NotificationRecord& granted, Now now) override;
  void learn(wire::Register row, const NodeId& from) override;
  void when_safe(std::function<void(Now)> then, Now now) override;
  void send(const NodeId& to, PeerMessage message) override;
  void answer_core(wire::NotifyVerdict verdict) override;

  void take_up_passed(Now now);
  bool core_knows_state(const ObjectKey& object) const;
  void put(const wire::NotificationRecord& record, const wire::Version& version, const NodeId& from, Now now);
  Electorate electorate() const;
  std::set<NodeId> present(const Electorate& electorate, SteadyTime now) const;

  State& state_;
  HybridClock clock_;
  OwedNotifications owed_;
  NotificationFacts facts_;
  NotificationRule rule_;
  std::vector<std::string> log_;  // of the notification that was sent, during on_done()
  std::optional<SteadyTime> judged_;
  struct Passed {
    wire::Notification notification;
    SteadyTime since{};
  };
  std::map<RegisterKey, Passed> passed_;  // passed on to us before the state to which they refer
  struct Waiting {
    std::uint64_t change = 0;             // of the table
    std::optional<std::uint64_t> ticket;  // of the Save that contains it; empty: not handed over yet
    SteadyTime since{};
    std::function<void(Now)> then;
  };
  std::deque<Waiting> waiting_;  // for the disk
  std::uint64_t saved_ = 0;      // the Saves up to this ticket have ended
};

}  // namespace merlin::cluster
