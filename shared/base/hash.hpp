// Hashing that every architecture agrees on (golden vectors in tests/unit).
#pragma once

#include <cstdint>
#include <string_view>

namespace merlin {

// XXH3_64 with the given seed, of the bytes as they are.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace merlin
