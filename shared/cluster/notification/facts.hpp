// Facts about notifications (R4) that asker and voter share: which register contains the record, which of two notifications is later,
// what a record proves to have been sent, and which reasons to notify are still valid. Derived from rows alone.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/register.hpp"

namespace merlin::cluster {

// Problems and recoveries of an object share one register; a notification that another event caused has its own.
RegisterKey record_key(const wire::Notification& notification);

// Rank of its register: the later key wins, and sent over open (R5).
std::uint64_t record_rank(const wire::Notification& notification, bool sent);

// Which of two notifications of one register comes later: start, recovery over problem, number.
std::strong_ordering compare_keys(const wire::Notification& one, const wire::Notification& other);

// A check after the notification's start has found a hard OK.
bool well_since(std::uint64_t start, const wire::CheckRegister& check);

// The latest notification that the record proves to have been sent: a second problem is requested only after the first was sent, and
// a recovery only after a problem. Empty: it proves none.
std::optional<wire::Notification> proven_sent(const wire::NotificationRecord& record);

// Whether `proven`, which was sent no later than the clock value `sent_by`, makes the notification unnecessary.
bool covers(const wire::Notification& proven, std::uint64_t sent_by, const wire::Notification& notification);

// The recovery that is owed if a problem was notified and the object has recovered.
std::optional<wire::Notification> recovery_owed(const wire::NotificationRecord& record, const wire::CheckRegister& check);

// The notification that an acknowledgement asks for while it is in effect (R5); its cause is the clock of its version.
std::optional<wire::Notification> acknowledgement_to_notify(const wire::Register& row, const wire::CheckRegister& check);

// Whether the check register still shows the problem, or the recovery; always true for other kinds.
bool reason_holds(const wire::Notification& notification, const wire::CheckRegister& check);

// The notification as the cluster counts it. Two sides of a network split may have counted one problem from different starts. If the
// recorded problem began later than the object's row shows, both mean the same problem.
wire::Notification in_terms_of(const wire::NotificationRecord& record, wire::Notification notification);

enum class NotificationStatus : std::uint8_t {
  open,   // not sent, and its reason is still valid
  stale,  // its reason has ended
  sent,   // it, or a later one
};

class NotificationEnvironment;

// What this node's rows show about a notification.
class NotificationFacts {
 public:
  // `environment` outlives this.
  explicit NotificationFacts(const NotificationEnvironment& environment) : environment_(environment) {}

  std::optional<wire::NotificationRecord> record(const RegisterKey& key) const;
  std::optional<wire::CheckRegister> check(const ObjectKey& object) const;
  // Whether its reason is still valid, according to the object's state.
  bool is_true(const wire::Notification& notification) const;
  // With the start from which the cluster counts it.
  wire::Notification as_counted(const wire::Notification& notification) const;
  // `in_order_of`: the node whose core asks in the order of its results; what it has found since does not count. Empty: none.
  NotificationStatus status(const wire::Notification& notification, const std::optional<NodeId>& in_order_of) const;

 private:
  const NotificationEnvironment& environment_;
};

}  // namespace merlin::cluster
