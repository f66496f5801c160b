#include "daemon/process/random_number.hpp"

#include <sys/random.h>

namespace merlin::daemon {

std::uint64_t random_number() {
  std::uint64_t number = 0;
  while (number == 0) {
    // Never short for so few bytes; the pool is ready long before daemons start.
    if (::getrandom(&number, sizeof number, 0) != sizeof number) number = 0;
  }
  return number;
}

}  // namespace merlin::daemon
