// What the notification rule (R4) needs from the node around it.
#pragma once

#include <functional>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/messages.hpp"
#include "shared/cluster/interface/register.hpp"

namespace merlin::cluster {

inline constexpr Millis kAskAllowance{1000};  // ask_timeout: 3 heartbeats of the asker and this

// The node, as its asker and its voter use it.
class NotificationEnvironment {
 public:
  virtual ~NotificationEnvironment() = default;
  virtual const wire::Register* find(const RegisterKey& key) const = 0;
  // Our core decides about the object's state, and has not been ordered to hand it over.
  virtual bool decides(const ObjectKey& object) const = 0;
  // This node notifies of it: it decides and notifies, or it is the designated notifier of one that decides and does not.
  virtual bool notifies(const ObjectKey& object) const = 0;
  // Sends it to the designated notifier, if there is one.
  virtual void pass_on(const wire::Notification& notification) = 0;
  // In the object's plain ranking, which uses draws alone so that all nodes agree.
  virtual bool stands_before(const NodeId& one, const NodeId& other, const ObjectKey& object) const = 0;
  virtual Millis interval_of(const NodeId& node) const = 0;
  // False: from what we know of its holder, that node cannot have sent it.
  virtual bool may_have_sent(const RegisterKey& key, const wire::NotificationRecord& record) const = 0;
  // Writes our own record, with a version of ours.
  virtual void write(const wire::NotificationRecord& record, Now now) = 0;
  // Records what we have granted to another node, until that node's own record arrives.
  virtual void note(const wire::NotificationRecord& granted, Now now) = 0;
  virtual void learn(wire::Register row, const NodeId& from) = 0;
  // Calls `then` when everything that was written and noted is on disk, or cannot be written; at once if the policy does not require it.
  virtual void when_safe(std::function<void(Now)> then, Now now) = 0;
  virtual void send(const NodeId& to, PeerMessage message) = 0;
  virtual void answer_core(wire::NotifyVerdict verdict) = 0;
};

// How long a grant is valid for the node that asked.
inline Millis lease_of(const NotificationEnvironment& environment, const NodeId& asker) {
  return 3 * environment.interval_of(asker) + kAskAllowance;
}

}  // namespace merlin::cluster
