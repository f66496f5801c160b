#include "tests/sim/story.hpp"

#include <cstdio>

namespace merlin::sim {

std::string seconds(Millis time) { return std::to_string(static_cast<double>(time.count()) / 1000.0).substr(0, 7) + " s"; }

void Story::tell(Millis now, const std::string& who, const std::string& what) {
  if (!sink_) return;
  char time[32];
  std::snprintf(time, sizeof time, "%8.3f ", static_cast<double>(now.count()) / 1000);
  sink_(time + who + ": " + what);
}

}  // namespace merlin::sim
