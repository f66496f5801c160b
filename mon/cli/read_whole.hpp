// Reads a file of a known size.
#pragma once

#include <cstdint>
#include <string>

#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon {

// Reads this many bytes from the current position of the file, which can be longer. `shown` names it in an
// error.
Result<std::string> read_whole(const net::Fd& file, std::uint64_t bytes, const std::string& shown);

}  // namespace merlin::mon
