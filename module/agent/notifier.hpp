// The module's part of R4: a notification that the core wants to send becomes a request, and only what the daemon grants is sent.
// Pure except for the calls to the core.
#pragma once

#include <optional>
#include <string>

#include "module/agent/notifier_queue.hpp"
#include "module/agent/objects.hpp"
#include "module/agent/ownership.hpp"
#include "module/agent/row_table.hpp"

namespace merlin::neb {

// The notification that the core is about to send, from its callback.
struct Notice {
  wire::NotificationKind kind = wire::NotificationKind::problem;
  std::string author;
  std::string text;
  std::uint64_t cause = 0;  // the id of the causing event; 0: the notifier makes one
};

class Notifier {
 public:
  // All parameters outlive this. A request is in order for `patience`, even if its problem ends meanwhile; later it is sent only if it
  // is still true.
  Notifier(Core& core, const Objects& objects, RowTable& rows, Ownership& ownership, Millis patience)
      : core_(core), objects_(objects), rows_(rows), ownership_(ownership), patience_(patience) {}

  // ---- during calls of the core
  // The command that causes a custom notification contains its options; the core's call does not.
  void custom_command(std::uint32_t options) { options_ = options; }
  void command_done() { options_ = 0; }
  // The core has counted already and is stopped: reverts the count (K1).
  void take_back(Index object, wire::NotificationKind kind);
  // The owner's core wants to notify. The request includes what the core resets right after its call (K2).
  void ask(Index object, Notice notice, Now now);
  // The owner's core has logged a hard state. While the problem's request waits, the core has not notified, and so does not request
  // the recovery itself.
  void hard_state(Index object, Now now);
  // Another node's row has replaced the object's state.
  void overtaken(Index object) { requests_.disturb(object); }

  // ---- in the module's own turns
  // The next request for the daemon; null: none. Valid until the next call.
  const NotifierRequests::Waiting* next_request(SteadyTime now) { return requests_.next_to_say(now); }
  const wire::NotifyDone* next_told() { return told_.next_to_say(); }
  std::vector<wire::NotifyDone> unsaid_told() const { return told_.unsaid(); }
  void restore_told(wire::NotifyDone told, SteadyTime now) { told_.add(std::move(told), false, now); }
  // Sends everything again on the next link.
  void link_lost(SteadyTime now);
  // The present owner makes its own requests.
  void drop_unowned();

  // `may_act`: the object is confirmed as ours, and the grant has not expired. Returns the answer, if any.
  std::optional<wire::NotifyDone> on_verdict(const wire::NotifyVerdict& verdict, bool may_act, Now now);
  // Without a daemon: sends the oldest request if it is still true. Returns its object; kNoObject: none waits.
  Index tell_alone(Now now);

  std::size_t waiting() const { return requests_.size(); }
  std::uint64_t told() const { return told_count_; }
  std::uint64_t dropped() const { return requests_.dropped(); }

 private:
  bool counts(wire::NotificationKind kind) const;
  bool holds(Index object, const wire::Notification& notification) const;
  bool is_in_order(const NotifierRequests::Waiting& waiting, Now now) const;
  void drop_what_is_over(Index object, Now now);
  void follow_on(Index object, const NotifyCount& count, wire::Notification& asked) const;
  bool is_told(Index object, const wire::Notification& notification) const;
  void take_over_start(Index object, const wire::Notification& notification);
  wire::NotifyDone tell(Index object, const wire::Notification& notification);
  wire::NotifyDone tell(const NotifierRequests::Waiting& waiting, Now now);
  wire::NotifyDone answer_of(const wire::Notification& notification, Notified notified);
  Notified tell_as_of(const NotifierRequests::Waiting& waiting);
  void take_over_count(Index object, const wire::Notification& told);

  Core& core_;
  const Objects& objects_;
  RowTable& rows_;
  Ownership& ownership_;
  const Millis patience_;
  NotifierRequests requests_;
  NotifierTold told_;
  std::uint32_t options_ = 0;  // of the command that is being executed
  std::uint64_t told_count_ = 0;
};

}  // namespace merlin::neb
