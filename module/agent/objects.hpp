// The core's hosts and services by number and by key: data that does not change until the core reloads.
// Only arrays, so that a callback of the core needs one look-up. Objects whose names exceed the bounds of the protocol have a number
// only: nothing is reported of them, and no key leads to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "module/agent/core.hpp"
#include "shared/base/ids.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::neb {

class Objects {
 public:
  Objects() = default;
  // Reads every name once; keeps no pointer into the core.
  explicit Objects(const Core& core);

  Index size() const { return static_cast<Index>(units_.size()); }
  Index hosts() const { return hosts_; }
  Index services() const { return size() - hosts_; }
  bool is_host(Index object) const { return object < hosts_; }
  // The host of a service; a host is its own host.
  Index host_of(Index object) const { return is_host(object) ? object : host_of_[object - hosts_]; }
  std::span<const Index> services_of(Index host) const;

  // False: its name, or its host's, exceeds the bounds of the protocol.
  bool is_shared(Index object) const { return unshared_.empty() || !unshared_.contains(object); }
  // The hosts and services whose own names do.
  const wire::Rejects& left_out() const { return left_out_; }

  // A host's key, or a service's.
  std::uint64_t unit(Index object) const { return units_[object]; }
  ObjectKey key(Index object) const;

  // kNoObject if this core does not have it, or does not share it.
  Index find(const ObjectKey& key) const;
  Index find_unit(std::uint64_t unit) const;

 private:
  void leave_out(const Core& core);
  void chain_services();
  void build_slots();

  Index hosts_ = 0;
  std::vector<std::uint64_t> units_;
  std::vector<Index> host_of_;        // indexed by service
  std::vector<Index> first_service_;  // indexed by host, with an additional entry at the end; into services_
  std::vector<Index> services_;
  std::vector<Index> slots_;  // open addressing over units_, a power of two
  std::unordered_set<Index> unshared_;
  wire::Rejects left_out_;
};

// For the log: "host" or "host;service".
std::string display_name(const Core& core, const Objects& objects, Index object);

}  // namespace merlin::neb
