// Applies rows from the daemon to the core: a batch at a time, a few in each turn of the core's loop, in order (R5, R6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "module/agent/objects.hpp"
#include "module/agent/ownership.hpp"
#include "module/agent/row_table.hpp"

namespace merlin::neb {

// Receives the news about applied rows.
class RowListener {
 public:
  virtual ~RowListener() = default;
  virtual void on_row(Index object, bool is_newer) = 0;  // not newer: the same row again
  // A row of any other kind than a check register.
  virtual void on_operator_row(const wire::Register& row, bool live) = 0;
  // Whether the row's result is one that this core received first and forwarded to the owner.
  virtual bool is_of_own_result(Index object, const wire::CheckRegister& state) = 0;
};

class RowIntake {
 public:
  static constexpr std::size_t kMostNames = 4096;

  // All outlive this.
  RowIntake(Core& core, const Objects& objects, RowTable& rows, Ownership& ownership, RowListener& listener, bool perfdata);

  // Names that mark alert lines; a node without a name is marked by its id.
  void set_name(const NodeId& node, const std::string& name);
  const char* name_of(const NodeId& node);

  // Call only when idle().
  void begin(wire::RowsToCore batch);
  bool idle() const { return !batch_; }
  // Applies the next row; returns the batch's number if that was its last.
  std::optional<std::uint64_t> step(Now now);
  void abandon() { batch_.reset(); }

  // The core's callbacks are caused by an applied row, not by this core's own result.
  bool bringing_in() const { return bringing_in_; }
  std::uint64_t applied() const { return applied_; }
  std::uint64_t ignored() const { return ignored_; }

 private:
  void bring_in(const wire::Register& row, bool live, Now now);
  void schedule(Index object, const wire::CheckRegister& state, std::int64_t base_ms, Now now);

  Core& core_;
  const Objects& objects_;
  RowTable& rows_;
  Ownership& ownership_;
  RowListener& listener_;
  const bool perfdata_;
  std::unordered_map<NodeId, const char*> names_;
  std::optional<wire::RowsToCore> batch_;
  std::size_t next_ = 0;
  bool bringing_in_ = false;
  std::uint64_t applied_ = 0;
  std::uint64_t ignored_ = 0;
};

// When this core would check an object that another node owns: an interval after the owner's time, so that its own event never
// runs while rows arrive. A takeover moves it back.
Seconds parked_at(Seconds due, Seconds interval, Seconds now);

}  // namespace merlin::neb
