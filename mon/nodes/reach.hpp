// Which of several addresses of a node works from this machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/time.hpp"

namespace merlin::mon {

struct Reached {
  std::string address;
  bool answers = false;  // a TCP connection to the port was established
};

// The first address that accepts a connection on `port`, each tried for at most `patience`. If none does: the first one that can be
// resolved, otherwise the first one. Blocks. `addresses` must not be empty.
Reached reach(const std::vector<std::string>& addresses, std::uint16_t port, Millis patience);

}  // namespace merlin::mon
