// Makes registers of what operators do, with versions (R3), for the parts of the operator's desk.
#pragma once

#include <string>

#include "module/operator_writes.hpp"
#include "module/ownership.hpp"
#include "module/pulse.hpp"

namespace merlin::neb {

class OperatorScribe {
 public:
  // All outlive this.
  OperatorScribe(const Core& core, Ownership& ownership, OperatorWrites& writes, Pulse& pulse)
      : core_(core), ownership_(ownership), writes_(writes), pulse_(pulse) {}

  // A write made now. What is deleted stays so: its rank is above every version.
  wire::Version write(const cluster::RegisterKey& key, std::string value, bool deleted = false);
  // What the core knows from its retention file: enters where nobody knows better. `made_ms`: when it was made, 0 if unknown.
  wire::Register known(const cluster::RegisterKey& key, std::string value, std::int64_t made_ms) const;

  std::int64_t now_s() const { return now_ms() / 1000; }

 private:
  std::int64_t now_ms() const { return core_.now().wall.time_since_epoch().count(); }
  static wire::Register content(const cluster::RegisterKey& key, std::string value);

  const Core& core_;
  Ownership& ownership_;
  OperatorWrites& writes_;
  Pulse& pulse_;
};

}  // namespace merlin::neb
