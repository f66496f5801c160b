// Everything that an operator does at one core holds at all: what was done here goes to the daemon as registers, what was
// done elsewhere is brought in here, silently. Only what a person or a program did is taken down: what the core does by
// itself (an acknowledgement that a state change clears, a comment that the retention file does not keep) each core does
// for itself, and rows set back what they know better.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "module/operator_acknowledgements.hpp"
#include "module/operator_attributes.hpp"
#include "module/operator_comments.hpp"
#include "module/operator_downtimes.hpp"

namespace merlin::neb {

class OperatorDesk {
 public:
  // No more hosts than this are looked at in one step of the initial rows, and no more rows made, but for one host's.
  static constexpr Index kHostsPerStep = 256;
  static constexpr std::size_t kInitialRowsAStep = 64;

  // The core's loop is about to turn. All outlive this.
  OperatorDesk(Core& core, const Objects& objects, const RowTable& rows, Ownership& ownership, Pulse& pulse);

  // ---- what the core says. Comments of persons and of acknowledgements alone.
  void comment_added(const LocalComment& comment);
  void comment_deleted(LocalId id) { comments_.deleted(id, !bringing_in_); }
  void downtime_added(LocalId id);
  void downtime_started(LocalId id) { downtimes_.started(id, !bringing_in_); }
  void downtime_ended(LocalId id) { downtimes_.ended(id); }
  void downtime_deleted(LocalId id, std::int64_t end_s) { downtimes_.deleted(id, end_s, !bringing_in_); }
  void acknowledged(Index object, wire::AcknowledgementRegister content);
  void acknowledgement_removed(Index object);
  void attributes_changed(const Subject& subject, const std::vector<std::string>& names);
  void contact_attributes_changed(std::string_view contact, const std::vector<std::string>& names);

  // ---- what the daemon says
  // A register of any kind but check and told. `live`: it happens now; else it is set without a word.
  void bring_in(const wire::Register& row, bool live);
  void check_row_came(Index object);
  void safe(std::uint64_t batch) { writes_.safe(batch); }

  // ---- what the daemon is told
  void link_up();
  bool all_said() const { return writes_.all_said(); }
  std::vector<wire::Register> take(std::uint64_t batch) { return writes_.take(batch, ownership_.side().node_id()); }
  std::vector<wire::Register> unsafe() const { return writes_.all(); }
  void restore(wire::Register row) { writes_.push(std::move(row)); }
  // What the core has of all this, a part at a time since link_up(); empty optional: that was all.
  std::optional<std::vector<wire::Register>> next_initial();

  bool bringing_in() const { return bringing_in_; }
  std::size_t waiting() const { return writes_.size(); }
  std::uint64_t dropped() const { return writes_.dropped(); }

 private:
  void add_initial(Index host, std::vector<wire::Register>& rows) const;
  template <class Value, class Use>
  void with_value(const wire::Register& row, Use&& use);

  OperatorCore& core_;
  const Objects& objects_;
  Ownership& ownership_;
  OperatorWrites writes_;
  OperatorScribe scribe_;
  OperatorComments comments_;
  OperatorAcknowledgements acknowledgements_;
  OperatorDowntimes downtimes_;
  OperatorAttributes attributes_;
  Index next_initial_ = 0;
  bool bringing_in_ = false;
};

}  // namespace merlin::neb
