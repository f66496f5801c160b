// The voter (R4): grants a notification to one of several nodes that ask for it, and refuses what is known to be sent or stale. A
// grant is a lease: it binds the voter a heartbeat longer than it is valid for the asker, counted from the answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "shared/cluster/notification/environment.hpp"
#include "shared/cluster/notification/facts.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kMostGrants = 100'000;

// The asker of the same node, which may want the same notification.
class RivalAsker {
 public:
  virtual ~RivalAsker() = default;
  // True: this node does not ask for it, or has just withdrawn, because it is the lower-ranked one of the two.
  virtual bool gives_way(const NodeId& to, const wire::Notification& asked, SteadyTime now) = 0;
};

class NotificationVoter {
 public:
  // `environment` outlives this.
  NotificationVoter(NodeId self, NotificationEnvironment& environment) : self_(self), environment_(environment), facts_(environment) {}

  void on_ask(const NodeId& from, const wire::NotifyAsk& ask, RivalAsker& rival, Now now);
  // The asker withdraws.
  void on_void(const NodeId& from, const wire::NotifyVoid& withdrawn);
  // An open record from the store: we may have granted it before we were restarted.
  void restore(const wire::NotificationRecord& granted, Now now);
  // The other node to which we have granted this key, while the grant binds us. `asker`: the node that asks now.
  std::optional<NodeId> bound_to(const wire::Notification& notification, const NodeId& asker, SteadyTime now) const;
  // Forgets expired grants.
  void tick(SteadyTime now);

 private:
  struct Grant {
    NodeId holder;
    std::uint64_t question = 0;       // of the holder; 0: restored, matches any
    wire::Notification notification;  // the key alone
    SteadyTime until{};
  };

  wire::NotifyReply vote(const NodeId& from, const wire::NotifyAsk& ask, RivalAsker& rival, SteadyTime now) const;
  void grant(const NodeId& from, const wire::NotifyAsk& ask, SteadyTime now);

  NodeId self_;
  NotificationEnvironment& environment_;
  NotificationFacts facts_;
  std::map<RegisterKey, Grant> grants_;
  SteadyTime swept_{};
};

}  // namespace merlin::cluster
