// Every operator action at one core takes effect at all cores: actions here are sent to the daemon as registers, and actions
// elsewhere are applied here, silently. Only actions of a person or a program are recorded: what the core does by itself (it
// clears an acknowledgement at a state change, or drops a comment that the retention file does not keep) every core does by
// itself, and rows restore what a core has dropped too early.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "module/agent/operator_acknowledgements.hpp"
#include "module/agent/operator_attributes.hpp"
#include "module/agent/operator_comments.hpp"
#include "module/agent/operator_downtimes.hpp"

namespace merlin::neb {

class OperatorSync {
 public:
  // In one step of the initial rows, no more hosts are visited and no more rows are made than this, except for the rows of one host.
  static constexpr Index kHostsPerStep = 256;
  static constexpr std::size_t kInitialRowsAStep = 64;

  // Create it when the core's loop is about to start. All parameters outlive this.
  OperatorSync(Core& core, const Objects& objects, const RowTable& rows, Ownership& ownership, Driver& driver);

  // ---- events of the core; only comments of persons and of acknowledgements
  // Until command_ends(), a person or a program causes the core's actions, unless the command submits a check result.
  void command_begins(bool result) { commanded_ = !result; }
  void command_ends() { commanded_ = false; }
  void comment_added(const LocalComment& comment);
  void comment_deleted(LocalId id);
  void downtime_added(LocalId id);
  void downtime_started(LocalId id) { downtimes_.started(id, !bringing_in_); }
  void downtime_ended(LocalId id) { downtimes_.ended(id); }
  void downtime_deleted(LocalId id, std::int64_t end_s) { downtimes_.deleted(id, end_s, !bringing_in_); }
  void acknowledged(Index object, wire::AcknowledgementRegister content);
  // While the core notifies of an acknowledgement that it is setting: the clock of its version, by which the daemon knows the
  // notification. Empty: of none that was made here.
  std::optional<std::uint64_t> acknowledged_now(Index object) const { return acknowledgements_.begun_now(object); }
  void acknowledgement_removed(Index object);
  void attributes_changed(const Subject& subject, const std::vector<std::string>& names);
  void contact_attributes_changed(std::string_view contact, const std::vector<std::string>& names);

  // ---- rows from the daemon
  // A register of any kind except check and notification. `live`: it happens now; else it is set silently.
  void bring_in(const wire::Register& row, bool live);
  void check_row_came(Index object);
  // Whether the acknowledgement of that clock is in effect.
  bool is_acknowledged_by(Index object, std::uint64_t clock) const { return acknowledgements_.is_in_effect(object, clock); }
  void safe(std::uint64_t batch) { writes_.safe(batch); }

  // ---- rows for the daemon
  void link_up();
  bool all_said() const { return writes_.all_said(); }
  std::vector<wire::Register> take(std::uint64_t batch) { return writes_.take(batch, ownership_.side().node_id()); }
  std::vector<wire::Register> unsafe() const { return writes_.all(); }
  void restore(wire::Register row) { writes_.push(std::move(row)); }
  // Everything of this that the core has, a part at a time since link_up(); empty optional: that was all.
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
  RegisterWriter register_writer_;
  OperatorAcknowledgements acknowledgements_;
  OperatorComments comments_;
  OperatorDowntimes downtimes_;
  OperatorAttributes attributes_;
  Index next_initial_ = 0;
  bool bringing_in_ = false;
  bool commanded_ = false;
};

}  // namespace merlin::neb
