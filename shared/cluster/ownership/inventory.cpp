#include "shared/cluster/ownership/inventory.hpp"

#include <algorithm>
#include <utility>

namespace merlin::cluster {
namespace {

constexpr std::size_t kBytesAName = 12;  // added to each, at most

}  // namespace

Inventory::Inventory(std::vector<wire::InventoryHost> hosts, std::uint64_t digest) : digest_(digest) {
  std::sort(hosts.begin(), hosts.end(), [](const auto& one, const auto& other) { return one.name < other.name; });
  hosts_.reserve(hosts.size());
  index_.reserve(hosts.size());
  for (wire::InventoryHost& host : hosts) {
    const auto [place, fresh] = index_.emplace(host_key(host.name), hosts_.size());
    if (fresh) hosts_.push_back({place->first, host.name, {}});
    KnownHost& known = hosts_[place->second];
    known.services.reserve(known.services.size() + host.services.size());
    for (std::string& description : host.services) {
      const ServiceKey key = service_key(host.name, description);
      if (services_.insert(key).second) known.services.push_back({key, std::move(description)});
    }
  }
}

const KnownHost* Inventory::find(HostKey key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &hosts_[found->second];
}

std::vector<wire::Inventory> Inventory::parts(const NodeId& node, std::size_t hosts_a_part, std::size_t bytes_a_part) const {
  std::vector<wire::Inventory> parts;
  std::size_t bytes = 0;
  const auto begin_part = [&] {
    parts.push_back({node, digest_, static_cast<std::uint32_t>(parts.size()), false, {}, 0, {}});
    bytes = 0;
  };
  const auto name_host = [&](const std::string& name) {
    parts.back().hosts.push_back({name, {}});
    bytes += name.size() + kBytesAName;
  };
  begin_part();
  for (const KnownHost& host : hosts_) {
    if (parts.back().hosts.size() >= hosts_a_part || bytes >= bytes_a_part) begin_part();
    name_host(host.name);
    for (const KnownService& service : host.services) {
      if (bytes >= bytes_a_part) {
        begin_part();
        name_host(host.name);
      }
      parts.back().hosts.back().services.push_back(service.description);
      bytes += service.description.size() + kBytesAName;
    }
  }
  parts.back().last = true;
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
