// The hosts and services that a node's core has configured. Nodes with equal digests share one Inventory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

struct KnownService {
  ServiceKey key = 0;
  std::string description;
};

struct KnownHost {
  HostKey key = 0;
  std::string name;
  std::vector<KnownService> services;
};

class Inventory {
 public:
  // Sorts by host name. `digest`: as the node reported it. A host that is listed twice has the services of both entries.
  Inventory(std::vector<wire::InventoryHost> hosts, std::uint64_t digest);

  const std::vector<KnownHost>& hosts() const { return hosts_; }
  std::uint64_t digest() const { return digest_; }
  std::size_t service_count() const { return services_.size(); }

  bool knows_host(HostKey key) const { return index_.contains(key); }
  bool knows_service(ServiceKey key) const { return services_.contains(key); }
  bool knows(const ObjectKey& object) const { return object.is_host() ? knows_host(object.host) : knows_service(object.service); }
  const KnownHost* find(HostKey key) const;

  static constexpr std::size_t kBytesAPart = 512 * 1024;

  // The parts to send. Each ends with the host or service that reaches the limit of hosts, or of bytes of names. A host with very
  // many services continues in the next part.
  std::vector<wire::Inventory> parts(const NodeId& node, std::size_t hosts_a_part = 2000, std::size_t bytes_a_part = kBytesAPart) const;

 private:
  std::vector<KnownHost> hosts_;
  std::unordered_map<HostKey, std::size_t> index_;
  std::unordered_set<ServiceKey> services_;
  std::uint64_t digest_ = 0;
};

using InventoryPtr = std::shared_ptr<const Inventory>;

// Assembles the parts of one inventory. Hosts and services beyond kMaxHosts and kMaxServices are dropped.
class InventoryAssembler {
 public:
  static constexpr std::size_t kMaxHosts = 200'000;
  static constexpr std::size_t kMaxServices = 2'000'000;

  // The complete inventory after the last part; null before that, and if parts are missing.
  InventoryPtr add(wire::Inventory part);

 private:
  std::vector<wire::InventoryHost> hosts_;
  std::uint64_t digest_ = 0;
  std::uint32_t next_part_ = 0;
  std::size_t service_count_ = 0;
};

}  // namespace merlin::cluster
