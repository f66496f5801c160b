// A random number for names that must never be used twice.
#pragma once

#include <cstdint>

namespace merlin::daemon {

// Never 0.
std::uint64_t random_number();

}  // namespace merlin::daemon
