#include "module/agent/inventory.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "shared/base/hash.hpp"

namespace merlin::neb {

Inventory::Inventory(const Core& core, const Objects& objects)
    : core_(core), objects_(objects), config_digest_(core.config_digest()), config_changed_ms_(core.config_changed_ms()) {
  by_name_.resize(objects.hosts());
  std::iota(by_name_.begin(), by_name_.end(), 0);
  std::erase_if(by_name_, [&](Index host) { return !objects.is_shared(host); });
  std::sort(by_name_.begin(), by_name_.end(), [&](Index a, Index b) { return core.host_name(a) < core.host_name(b); });
  for (Index host : by_name_) {
    digest_ = hash64(core.host_name(host), digest_);
    for (Index service : services_in_order(host)) digest_ = hash64(core.description(service), digest_);
    digest_ = hash64("", digest_);
  }
}

std::vector<Index> Inventory::services_in_order(Index host) const {
  const auto services = objects_.services_of(host);
  std::vector<Index> sorted(services.begin(), services.end());
  std::erase_if(sorted, [&](Index service) { return !objects_.is_shared(service); });
  std::sort(sorted.begin(), sorted.end(), [&](Index a, Index b) { return core_.description(a) < core_.description(b); });
  return sorted;
}

std::optional<wire::Inventory> Inventory::next() {
  if (done_) return std::nullopt;
  wire::Inventory part;
  part.digest = digest_;
  part.part = part_++;
  part.config_digest = config_digest_;
  part.config_changed_ms = config_changed_ms_;
  std::size_t bytes = 0;
  while (next_host_ < by_name_.size() && bytes < kPartBytes) {
    const Index host = by_name_[next_host_];
    wire::InventoryHost entry{std::string(core_.host_name(host)), {}};
    bytes += entry.name.size() + 8;
    if (next_service_ == 0) services_ = services_in_order(host);
    for (; next_service_ < services_.size() && bytes < kPartBytes; ++next_service_) {
      entry.services.emplace_back(core_.description(services_[next_service_]));
      bytes += entry.services.back().size() + 4;
    }
    part.hosts.push_back(std::move(entry));
    if (next_service_ < services_.size()) break;
    next_service_ = 0;
    ++next_host_;
  }
  done_ = part.last = next_host_ == by_name_.size();
  return part;
}

}  // namespace merlin::neb
