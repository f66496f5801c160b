// Makes registers of operators' actions, with versions (R3), for the parts of OperatorSync.
#pragma once

#include <string>

#include "module/agent/driver.hpp"
#include "module/agent/operator_writes.hpp"
#include "module/agent/ownership.hpp"

namespace merlin::neb {

class RegisterWriter {
 public:
  // All outlive this.
  RegisterWriter(const Core& core, const Objects& objects, Ownership& ownership, OperatorWrites& writes, Driver& driver)
      : core_(core), objects_(objects), ownership_(ownership), writes_(writes), driver_(driver) {}

  // Attributes of contacts and of the program have no host.
  bool is_shared(const ObjectKey& object) const { return object.host == 0 || objects_.find(object) != kNoObject; }

  // A write made now. A deletion is final: its rank is above every version.
  wire::Version write(const cluster::RegisterKey& key, std::string value, bool deleted = false);
  // The same in two steps, for a write whose content is known only later.
  wire::Version next_version() { return ownership_.side().next_version(core_.now().wall); }
  void write(const cluster::RegisterKey& key, std::string value, const wire::Version& version, bool deleted = false);
  // Data from the core's retention file: any write of a node replaces it. `made_ms`: when it was made, 0 if unknown.
  wire::Register known(const cluster::RegisterKey& key, std::string value, std::int64_t made_ms) const;

  std::int64_t now_s() const { return now_ms() / 1000; }

 private:
  std::int64_t now_ms() const { return core_.now().wall.time_since_epoch().count(); }
  static wire::Register content(const cluster::RegisterKey& key, std::string value);

  const Core& core_;
  const Objects& objects_;
  Ownership& ownership_;
  OperatorWrites& writes_;
  Driver& driver_;
};

}  // namespace merlin::neb
