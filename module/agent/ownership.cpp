#include "module/agent/ownership.hpp"

namespace merlin::neb {

Ownership::Ownership(const Objects& objects, cluster::CoreSide::Settings settings, SteadyTime now)
    : objects_(objects), side_(settings, now), owned_(objects.size(), 0) {}

OwnershipChange Ownership::apply(const cluster::CoreSide::Change& change) {
  OwnershipChange result;
  if (change.whole) {
    for (Index host = 0; host < objects_.hosts(); ++host) refresh_host(host, result);
    return result;
  }
  for (std::uint64_t unit : change.removed) refresh_unit(unit, result);
  for (std::uint64_t unit : change.added) refresh_unit(unit, result);
  return result;
}

void Ownership::refresh_unit(std::uint64_t unit, OwnershipChange& change) {
  const Index object = objects_.find_unit(unit);
  if (object == kNoObject) return;
  if (objects_.is_host(object)) return refresh_host(object, change);
  set(object, side_.runs(unit) || side_.runs(objects_.unit(objects_.host_of(object))), change);
}

// The owner of a host owns its services; an orphan service is owned separately.
void Ownership::refresh_host(Index host, OwnershipChange& change) {
  const bool runs_host = side_.runs(objects_.unit(host));
  set(host, runs_host, change);
  for (Index service : objects_.services_of(host)) set(service, runs_host || side_.runs(objects_.unit(service)), change);
}

void Ownership::set(Index object, bool owned, OwnershipChange& change) {
  if ((owned_[object] != 0) == owned) return;
  owned_[object] = owned ? 1 : 0;
  (owned ? change.taken_up : change.released).push_back(object);
  Index& count = objects_.is_host(object) ? hosts_owned_ : services_owned_;
  count += owned ? 1U : ~0U;
}

std::vector<std::uint64_t> Ownership::claims() const {
  if (!side_.runs_everything()) return known({side_.units().begin(), side_.units().end()});
  std::vector<std::uint64_t> units;
  units.reserve(objects_.hosts());
  for (Index host = 0; host < objects_.hosts(); ++host) {
    if (objects_.is_shared(host)) units.push_back(objects_.unit(host));
  }
  return units;
}

std::vector<std::uint64_t> Ownership::known(const std::vector<std::uint64_t>& units) const {
  std::vector<std::uint64_t> have;
  have.reserve(units.size());
  for (std::uint64_t unit : units) {
    if (objects_.find_unit(unit) != kNoObject) have.push_back(unit);
  }
  return have;
}

}  // namespace merlin::neb
