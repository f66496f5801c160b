// Reads a file of a known size.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "net/fd.hpp"

namespace merlin::mon {

// So many bytes from where the open file stands; it may have more. `shown` names it in the error of one that has fewer by now.
Result<std::string> read_whole(const net::Fd& file, std::uint64_t bytes, const std::string& shown);

}  // namespace merlin::mon
