// The same work for many nodes in parallel.
#pragma once

#include <cstddef>
#include <functional>

namespace merlin::mon::ssh {

inline constexpr std::size_t kMostAtOnce = 64;  // nodes at the same time

// Calls work(0) … work(count - 1), each in some thread, and done(i) in the calling thread, in order of i, as soon as
// work(i) and all before it have ended. Returns when all have ended; then the first exception of `work` is thrown again.
void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work, const std::function<void(std::size_t)>& done);

}  // namespace merlin::mon::ssh
