#include "daemon/process/clocks.hpp"

namespace merlin::daemon {

Now read_clocks() {
  using std::chrono::duration_cast;
  return {SteadyTime(duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch())),
          WallTime(duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()))};
}

}  // namespace merlin::daemon
