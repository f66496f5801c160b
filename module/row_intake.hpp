// Rows from the daemon into the core: a batch at a time, a few at each turn of the core's loop, in order (R5, R6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "module/objects.hpp"
#include "module/ownership.hpp"
#include "module/row_table.hpp"

namespace merlin::neb {

// What else must hear that a row came in.
class RowListener {
 public:
  virtual ~RowListener() = default;
  virtual void on_row(Index object, bool is_newer) = 0;  // not newer: the same row again
  // Of another kind than a check register.
  virtual void on_operator_row(const wire::Register& row, bool live) = 0;
  // The row comes of a result that this core had first and handed to the owner.
  virtual bool is_of_own_result(Index object, const wire::CheckRegister& state) = 0;
};

class RowIntake {
 public:
  // All outlive this.
  RowIntake(Core& core, const Objects& objects, RowTable& rows, Ownership& ownership, RowListener& listener, bool perfdata);

  // Names to mark alert lines with; a node without one is marked by its id.
  void set_name(const NodeId& node, const std::string& name);
  const char* name_of(const NodeId& node);

  // Only when idle().
  void begin(wire::RowsToCore batch);
  bool idle() const { return !batch_; }
  // Brings in the next row; the number of the batch when that was its last.
  std::optional<std::uint64_t> step(Now now);
  void abandon() { batch_.reset(); }

  // The core's callbacks are caused by a row, not by a result of its own.
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

// When this core would look at an object that another node runs: an interval behind the owner's time, so that as long as
// rows keep coming its own event never fires. Takeover moves it back.
Seconds parked_at(Seconds due, Seconds interval, Seconds now);

}  // namespace merlin::neb
