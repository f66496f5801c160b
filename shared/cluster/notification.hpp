// What a notification is to the cluster (R4): which register holds it, which of two comes later, what a register proves to
// have been told, and which reasons to tell still hold. Facts of rows alone; who may tell is notification_rule.hpp.
#pragma once

#include <compare>
#include <optional>
#include <set>

#include "base/time.hpp"
#include "cluster/register.hpp"

namespace merlin::cluster {

// Problem and recovery of an object share one register; what another event caused has its own.
RegisterKey told_key(const wire::Notification& notification);

// Rank of its register: the later key wins, and sent over open (R5).
std::uint64_t told_rank(const wire::Notification& notification, bool sent);

// Which of two notifications of one register comes later: start, recovery over problem, number.
std::strong_ordering compare_keys(const wire::Notification& one, const wire::Notification& other);

// A check of the object has found it well after the notification's start.
bool well_since(std::uint64_t start, const wire::CheckRegister& check);

// The latest notification that must have been sent for the register to be as it is: a second problem is asked for only
// after the first was told, a recovery only after a problem. None where it merely was asked for.
std::optional<wire::Notification> proven_told(const wire::ToldRegister& told);

// Whether `proven`, which was told by the moment of the clock value `told_by`, already says what the notification would.
bool says_already(const wire::Notification& proven, std::uint64_t told_by, const wire::Notification& notification);

// The recovery that is owed where a problem was told and the object is well now.
std::optional<wire::Notification> recovery_owed(const wire::ToldRegister& told, const wire::CheckRegister& check);

// What an acknowledgement asks to be told while it holds (R5); its cause is the clock of its version.
std::optional<wire::Notification> acknowledgement_to_tell(const wire::Register& row, const wire::CheckRegister& check);

// As far as the check register says: a problem is one, a recovery is one; of other kinds it says nothing.
bool reason_holds(const wire::Notification& notification, const wire::CheckRegister& check);

// Two sides of a partition may have counted one problem from different starts. Where what was told began later than the
// object's row knows of, the same problem is meant: the notification as the cluster counts it.
wire::Notification in_terms_of(const wire::ToldRegister& told, wire::Notification notification);

// The nodes whose word counts, and when they are enough (R9).
struct Electorate {
  NodeId self;
  bool self_votes = true;
  std::set<NodeId> others;    // that have a vote
  bool majority = false;      // else every side that can be asked
  std::optional<NodeId> tie;  // whose side counts as the majority at exactly half

  // More than half of all voters, or half with the deciding node: `tie`, else the smallest id of more than two.
  bool is_majority(const std::set<NodeId>& granted) const;
};

}  // namespace merlin::cluster
