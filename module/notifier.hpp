// The module's half of R4: what the core would tell becomes a request, and only what the daemon has granted is told.
// Pure but for the calls to the core.
#pragma once

#include <optional>
#include <string>

#include "module/notifier_queue.hpp"
#include "module/objects.hpp"
#include "module/ownership.hpp"
#include "module/row_table.hpp"

namespace merlin::neb {

// What the core is about to tell, as it says at the moment before.
struct Notice {
  wire::NotificationKind kind = wire::NotificationKind::problem;
  std::string author;
  std::string text;
};

class Notifier {
 public:
  // All outlive this.
  Notifier(Core& core, const Objects& objects, RowTable& rows, Ownership& ownership)
      : core_(core), objects_(objects), rows_(rows), ownership_(ownership) {}

  // ---- while the core calls
  // Its options are told by the command that causes it, not by the core's call.
  void custom_command(std::uint32_t options) { options_ = options; }
  void command_done() { options_ = 0; }
  // The core has counted already, and is stopped: the count goes back (K1).
  void take_back(Index object, wire::NotificationKind kind);
  // The owner's core would tell this. What it resets right behind its call goes into the request (K2).
  void ask(Index object, Notice notice, Now now);

  // ---- from the module's own turns
  // For the daemon; null: nothing to say. Good until the next call.
  const NotifierRequests::Waiting* next_request(SteadyTime now) { return requests_.next_to_say(now); }
  const wire::NotifyDone* next_told() { return told_.next_to_say(); }
  std::vector<wire::NotifyDone> unsaid_told() const { return told_.unsaid(); }
  void restore_told(wire::NotifyDone told, SteadyTime now) { told_.add(std::move(told), false, now); }
  // Everything is said again on the next link.
  void link_lost(SteadyTime now);
  // Who runs an object now asks by itself.
  void drop_unowned();

  // `may_act`: the object is ours beyond doubt, and the verdict still good. What to answer, if anything.
  std::optional<wire::NotifyDone> on_verdict(const wire::NotifyVerdict& verdict, bool may_act, Now now);
  // Without a daemon to ask: tells the oldest request if it is still true. Its object; no_object: none waits.
  Index tell_alone(Now now);

  std::size_t waiting() const { return requests_.size(); }
  std::uint64_t told() const { return told_count_; }
  std::uint64_t dropped() const { return requests_.dropped(); }

 private:
  bool counts(wire::NotificationKind kind) const;
  bool holds(Index object, const wire::Notification& notification) const;
  bool is_told(Index object, const wire::Notification& notification) const;
  void prepare(Index object, const wire::Notification& notification);
  wire::NotifyDone tell(Index object, const wire::Notification& notification);
  void take_over_count(Index object, const wire::Notification& told);

  Core& core_;
  const Objects& objects_;
  RowTable& rows_;
  Ownership& ownership_;
  NotifierRequests requests_;
  NotifierTold told_;
  std::uint32_t options_ = 0;  // of the command that is being carried out
  std::uint64_t told_count_ = 0;
};

}  // namespace merlin::neb
