// Which objects this core runs: the module's part of R1 (cluster::CoreSide), as one byte per object.
#pragma once

#include <cstdint>
#include <vector>

#include "module/agent/core_side.hpp"
#include "module/agent/objects.hpp"

namespace merlin::neb {

// What the core has to do after a change.
struct OwnershipChange {
  std::vector<Index> taken_up;
  std::vector<Index> released;
};

class Ownership {
 public:
  // `objects` outlives this.
  Ownership(const Objects& objects, cluster::CoreSide::Settings settings, SteadyTime now);

  bool owns(Index object) const { return owned_[object] != 0; }
  Index hosts_owned() const { return hosts_owned_; }
  Index services_owned() const { return services_owned_; }

  cluster::CoreSide& side() { return side_; }
  const cluster::CoreSide& side() const { return side_; }

  // Applies a change of side() to the objects.
  OwnershipChange apply(const cluster::CoreSide::Change& change);

  // The claims: units of which this core has the object; `everything` is listed unit by unit.
  std::vector<std::uint64_t> claims() const;
  // Those of the units that this core has.
  std::vector<std::uint64_t> known(const std::vector<std::uint64_t>& units) const;

 private:
  void set(Index object, bool owned, OwnershipChange& change);
  void refresh_host(Index host, OwnershipChange& change);
  void refresh_unit(std::uint64_t unit, OwnershipChange& change);

  const Objects& objects_;
  cluster::CoreSide side_;
  std::vector<std::uint8_t> owned_;
  Index hosts_owned_ = 0;
  Index services_owned_ = 0;
};

}  // namespace merlin::neb
