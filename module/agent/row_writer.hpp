// Makes check registers of the core's state (R3, R5).
#pragma once

#include <unordered_set>

#include "module/agent/objects.hpp"
#include "module/agent/ownership.hpp"
#include "module/agent/row_table.hpp"

namespace merlin::neb {

class RowWriter {
 public:
  // All outlive this.
  RowWriter(Core& core, const Objects& objects, RowTable& rows, Ownership& ownership)
      : core_(core), objects_(objects), rows_(rows), ownership_(ownership) {}

  // A write made now; it gets a new version.
  wire::Register write(Index object, Now now);
  // The same while the core still processes a result that it has logged like this.
  wire::Register write_alert(Index object, Now now, const Alert& alert);

  // The core's state with its present version; a state that came only from retention gets (0, 0, last check).
  wire::Register known(Index object, Now now);

  // The object's texts are too long to be sent completely: logged once per object.
  void report_truncated(Index object);

 private:
  wire::CheckRegister read(Index object, Now now);
  wire::Register stamp(Index object, Now now, wire::CheckRegister& state);
  wire::Register encode(Index object, Now now, wire::CheckRegister& state) const;
  void adopt_retained(Index object, const wire::CheckRegister& state, std::int64_t base_ms);

  Core& core_;
  const Objects& objects_;
  RowTable& rows_;
  Ownership& ownership_;
  std::unordered_set<Index> truncated_;
};

}  // namespace merlin::neb
