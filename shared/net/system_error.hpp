// The error of a system call about a file or a socket in the file system.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "shared/base/result.hpp"

namespace merlin::net {

// "cannot DOING: REASON", from errno.
inline Error system_error(const std::string& doing, const std::string& path) {
  return Error{"cannot " + doing + ": " + std::strerror(errno), path, {}};
}

}  // namespace merlin::net
