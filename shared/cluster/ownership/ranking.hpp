// Which nodes should run a host, in order (R1). Rendezvous hashing: when a node leaves, only its hosts move.
// Source: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998; weights by drawing
// as many numbers as the weight says, so that only integers are compared and every architecture agrees.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/wire/messages.hpp"

namespace merlin::cluster {

inline constexpr std::uint32_t kMaxWeight = 1000;

// The largest of `weight` draws of XXH3_64(node id, draw index as 4 bytes little-endian, host name).
// Weight 0 (standby) draws once: standby nodes are in order among themselves.
std::uint64_t best_draw(const NodeId& node, std::uint32_t weight, std::string_view host_name);

// One node as a candidate for one host.
struct Candidate {
  NodeId id;
  std::uint64_t draw = 0;
  std::uint32_t weight = 1;
  wire::NodePhase phase = wire::NodePhase::ready;
};

// Ready nodes with a weight, then standby, then joining, then drained; within a group the larger draw, then the smaller id.
bool stands_before(const Candidate& one, const Candidate& other);

}  // namespace merlin::cluster
