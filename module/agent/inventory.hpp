// The core's inventory for its daemon: hosts with their services, in parts, sorted by name.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "module/agent/objects.hpp"
#include "shared/wire/messages.hpp"
#include "shared/wire/rejects.hpp"

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
  // Number of hosts and services that are not listed, because their names exceed the bounds of the protocol.
  const wire::Rejects& left_out() const { return left_out_; }

  // Starts again with the first part.
  void rewind() { next_host_ = 0, next_service_ = 0, part_ = 0, done_ = false; }
  // The next part; empty after the last. The node id is left empty; the daemon sets it.
  std::optional<wire::Inventory> next();

 private:
  std::vector<Index> services_in_order(Index host) const;

  const Core& core_;
  const Objects& objects_;
  std::vector<Index> by_name_;          // hosts
  std::unordered_set<Index> unlisted_;  // services
  wire::Rejects left_out_;
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
