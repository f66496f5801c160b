#include "cluster/inventory.hpp"

#include <algorithm>
#include <utility>

namespace merlin::cluster {

Inventory::Inventory(std::vector<wire::InventoryHost> hosts, std::uint64_t digest) : digest_(digest) {
  std::sort(hosts.begin(), hosts.end(), [](const auto& one, const auto& other) { return one.name < other.name; });
  hosts_.reserve(hosts.size());
  index_.reserve(hosts.size());
  for (wire::InventoryHost& host : hosts) {
    KnownHost known;
    known.key = host_key(host.name);
    if (!index_.emplace(known.key, hosts_.size()).second) continue;  // named twice
    known.services.reserve(host.services.size());
    for (std::string& description : host.services) {
      const ServiceKey key = service_key(host.name, description);
      if (services_.insert(key).second) known.services.push_back({key, std::move(description)});
    }
    known.name = std::move(host.name);
    hosts_.push_back(std::move(known));
  }
}

const KnownHost* Inventory::find(HostKey key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &hosts_[found->second];
}

std::vector<wire::Inventory> Inventory::parts(const NodeId& node, std::size_t hosts_a_part) const {
  std::vector<wire::Inventory> parts;
  for (std::size_t start = 0; start == 0 || start < hosts_.size(); start += hosts_a_part) {
    wire::Inventory part;
    part.node_id = node;
    part.digest = digest_;
    part.part = static_cast<std::uint32_t>(parts.size());
    const std::size_t end = std::min(hosts_.size(), start + hosts_a_part);
    for (std::size_t i = start; i < end; ++i) {
      wire::InventoryHost host{hosts_[i].name, {}};
      for (const KnownService& service : hosts_[i].services) host.services.push_back(service.description);
      part.hosts.push_back(std::move(host));
    }
    part.last = end == hosts_.size();
    parts.push_back(std::move(part));
  }
  return parts;
}

InventoryPtr InventoryAssembler::add(wire::Inventory part) {
  if (part.part == 0) {
    hosts_.clear();
    service_count_ = 0;
    next_part_ = 0;
    digest_ = part.digest;
  }
  if (part.part != next_part_ || part.digest != digest_) return nullptr;
  ++next_part_;
  for (wire::InventoryHost& host : part.hosts) {
    service_count_ += host.services.size();
    if (hosts_.size() >= kMaxHosts || service_count_ > kMaxServices) break;
    hosts_.push_back(std::move(host));
  }
  if (!part.last) return nullptr;
  return std::make_shared<const Inventory>(std::exchange(hosts_, {}), digest_);
}

}  // namespace merlin::cluster
