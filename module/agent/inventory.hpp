// The core's inventory for its daemon: the hosts and services that it shares, in parts, sorted by name.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "module/agent/objects.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::neb {

// Points to the names in the core's objects, which must still exist.
class Inventory {
 public:
  // A part ends with the name that reaches this size; a host whose services fill several parts is named in each of them.
  static constexpr std::size_t kPartBytes = 64 * 1024;

  Inventory(const Core& core, const Objects& objects);

  // Over all names: d = 0; for each host in order of name: d = hash64(host name, d), then for each of its services in
  // order of description: d = hash64(description, d), then d = hash64("", d). Equal names give equal digests on any
  // node, whatever the order of the core's own ids.
  std::uint64_t digest() const { return digest_; }

  // Starts again with the first part.
  void rewind() { next_host_ = 0, next_service_ = 0, part_ = 0, done_ = false; }
  // The next part; empty after the last. The node id is left empty; the daemon sets it.
  std::optional<wire::Inventory> next();

 private:
  std::vector<Index> services_in_order(Index host) const;

  const Core& core_;
  const Objects& objects_;
  std::vector<Index> by_name_;  // hosts
  std::uint64_t digest_ = 0;
  std::uint64_t config_digest_ = 0;
  std::int64_t config_changed_ms_ = 0;
  std::size_t next_host_ = 0;
  std::vector<Index> services_;  // of that host, in order
  std::size_t next_service_ = 0;
  std::uint32_t part_ = 0;
  bool done_ = false;
};

}  // namespace merlin::neb
