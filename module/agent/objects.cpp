#include "module/agent/objects.hpp"

#include <bit>

#include "shared/wire/validate.hpp"

namespace merlin::neb {

Objects::Objects(const Core& core) : hosts_(core.host_count()) {
  const Index services = core.service_count();
  units_.reserve(static_cast<std::size_t>(hosts_) + services);
  host_of_.reserve(services);
  for (Index host = 0; host < hosts_; ++host) units_.push_back(host_key(core.host_name(host)));
  for (Index service = hosts_; service < hosts_ + services; ++service) {
    const Index host = core.host_of(service);
    host_of_.push_back(host);
    units_.push_back(service_key(core.host_name(host), core.description(service)));
  }
  leave_out(core);
  chain_services();
  build_slots();
}

void Objects::leave_out(const Core& core) {
  for (Index host = 0; host < hosts_; ++host) {
    if (!wire::validate_name("host", std::string(core.host_name(host)), {}, left_out_)) unshared_.insert(host);
  }
  for (Index service = hosts_; service < size(); ++service) {
    const Index host = host_of(service);
    const bool is_good = wire::validate_name("service", std::string(core.description(service)), key(host), left_out_);
    if (!is_good || unshared_.contains(host)) unshared_.insert(service);
  }
}

// A counting sort by host: it assumes no order of ids.
void Objects::chain_services() {
  first_service_.assign(static_cast<std::size_t>(hosts_) + 1, 0);
  for (Index host : host_of_) ++first_service_[host + 1];
  for (Index host = 0; host < hosts_; ++host) first_service_[host + 1] += first_service_[host];
  services_.resize(host_of_.size());
  std::vector<Index> next(first_service_.begin(), first_service_.end() - 1);
  for (Index i = 0; i < host_of_.size(); ++i) services_[next[host_of_[i]]++] = hosts_ + i;
}

void Objects::build_slots() {
  slots_.assign(std::bit_ceil(units_.size() * 2 + 2), kNoObject);
  const std::size_t mask = slots_.size() - 1;
  for (Index object = 0; object < size(); ++object) {
    if (!is_shared(object)) continue;
    std::size_t slot = units_[object] & mask;
    while (slots_[slot] != kNoObject) slot = (slot + 1) & mask;
    slots_[slot] = object;
  }
}

std::span<const Index> Objects::services_of(Index host) const {
  return {services_.data() + first_service_[host], services_.data() + first_service_[host + 1]};
}

ObjectKey Objects::key(Index object) const {
  if (is_host(object)) return {units_[object], 0};
  return {units_[host_of(object)], units_[object]};
}

Index Objects::find_unit(std::uint64_t unit) const {
  if (slots_.empty()) return kNoObject;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = unit & mask; slots_[slot] != kNoObject; slot = (slot + 1) & mask) {
    if (units_[slots_[slot]] == unit) return slots_[slot];
  }
  return kNoObject;
}

Index Objects::find(const ObjectKey& key) const {
  const Index object = find_unit(key.is_host() ? key.host : key.service);
  if (object == kNoObject || key.is_host() != is_host(object)) return kNoObject;
  return units_[host_of(object)] == key.host ? object : kNoObject;
}

std::string display_name(const Core& core, const Objects& objects, Index object) {
  std::string name(core.host_name(objects.host_of(object)));
  if (!objects.is_host(object)) name.append(";").append(core.description(object));
  return name;
}

}  // namespace merlin::neb
