// Common parts of the tests of the cluster logic: nodes and times by number.
#pragma once

#include <cstdint>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::cluster {

inline NodeId id(std::uint8_t number) {
  NodeId node;
  node.bytes[0] = number;
  return node;
}

// So many milliseconds after a time that is far from the clocks' own.
inline SteadyTime at(int milliseconds) { return SteadyTime{Millis{1'000'000 + milliseconds}}; }
inline Now now_at(int milliseconds) { return {at(milliseconds), WallTime{Millis{1'700'000'000'000 + milliseconds}}}; }
// The same time by the clock, in milliseconds since 1970.
inline std::int64_t wall_of(int milliseconds) { return now_at(milliseconds).wall.time_since_epoch().count(); }

}  // namespace merlin::cluster
