// The units that a node's module claims (R1), as known here.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/wire/frame.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

// The most units in one message: with 8 bytes each, it remains below the longest frame.
inline constexpr std::size_t kUnitsAMessage = 250'000;
static_assert(kUnitsAMessage * 8 * 2 < wire::kMaxPayloadBytes);

class ClaimSet {
 public:
  bool contains(Unit unit) const { return units_.contains(unit); }
  const std::unordered_set<Unit>& units() const { return units_; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(units_.size()); }
  std::uint64_t exclusive_or() const { return exclusive_or_; }
  std::uint64_t number() const { return number_; }
  std::uint64_t instance() const { return instance_; }

  // Applies another node's claims. False: the difference does not follow the last one; request all claims. A difference with the
  // number that is already known continues the last message, or repeats it.
  bool apply(const wire::Claims& claims);
  bool agrees_with(const wire::Heartbeat& heartbeat) const;

  // Applies our own claims as the module reported them. Returns the message to the other nodes; an empty difference keeps the number.
  wire::Claims change(const NodeId& self, std::uint64_t instance, const wire::CoreClaims& said);
  wire::Claims whole(const NodeId& self, std::uint64_t instance) const;
  // The same claims as messages that each fit into a frame, to be sent in this order.
  static std::vector<wire::Claims> parts(wire::Claims claims, std::size_t units_a_part = kUnitsAMessage);

 private:
  void add(Unit unit);
  void remove(Unit unit);

  std::unordered_set<Unit> units_;
  std::uint64_t exclusive_or_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t instance_ = 0;
};

}  // namespace merlin::cluster
