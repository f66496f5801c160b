// How much one mon reads from another, in bytes. More is refused, so that no other node can fill the memory of this one.
#pragma once

#include <cstddef>

namespace merlin::mon::limits {

inline constexpr std::size_t kLines = 1u << 20;       // a few lines, or one key
inline constexpr std::size_t kDocument = 16u << 20;   // certificates, host keys, a change of membership
inline constexpr std::size_t kLogPart = 16u << 20;    // log::kLargestPart, and lines that are completed
inline constexpr std::size_t kLogLines = 256u << 20;  // the lines that a query of all logs selects
inline constexpr std::size_t kFileList = 128u << 20;  // names, digests, owners and times of files
inline constexpr std::size_t kFiles = 320u << 20;     // contents with their list: sync::kLargestItem is the largest one

}  // namespace merlin::mon::limits
