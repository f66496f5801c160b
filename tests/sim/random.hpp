// Every draw of a run comes from its seed and is the same on every machine: no distribution of the standard library is used.
// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014 (SplitMix64).
#pragma once

#include <cstddef>
#include <cstdint>

#include "shared/base/time.hpp"

namespace merlin::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15ULL;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
  }
  // 0 to `limit` - 1; `limit` must not be 0.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  Millis between(Millis low, Millis high) { return Millis{between(low.count(), high.count())}; }
  bool chance(int percent) { return static_cast<int>(next() % 100) < percent; }
  std::uint64_t nonzero() { return next() | 1; }

 private:
  std::uint64_t state_;
};

}  // namespace merlin::sim
