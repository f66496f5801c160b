// Makes check registers of what the core knows (R3, R5).
#pragma once

#include "module/objects.hpp"
#include "module/ownership.hpp"
#include "module/row_table.hpp"

namespace merlin::neb {

class RowWriter {
 public:
  // All outlive this.
  RowWriter(const Core& core, const Objects& objects, RowTable& rows, Ownership& ownership)
      : core_(core), objects_(objects), rows_(rows), ownership_(ownership) {}

  // A write made now: gets a new version.
  wire::Register write(Index object, Now now);

  // What the core knows, with the version that it has; what came from retention alone gets (0, 0, last check).
  wire::Register known(Index object, Now now);

 private:
  wire::Register encode(Index object, Now now, wire::CheckRegister& state) const;
  void adopt_retained(Index object, const wire::CheckRegister& state, std::int64_t base_ms);

  const Core& core_;
  const Objects& objects_;
  RowTable& rows_;
  Ownership& ownership_;
};

}  // namespace merlin::neb
