// Hashing with the same results on every architecture (golden vectors in tests/unit).
#pragma once

#include <cstdint>
#include <string_view>

namespace merlin {

// XXH3_64 of the bytes with the given seed.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace merlin
