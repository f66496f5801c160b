// A scenario file: what it proves, the cluster, a time line, and after a line of dashes the story that must come of it.
//
//   # words for the reader
//   nodes 3               hosts 6              services 1           pulse 1000 (milliseconds)
//   node1 weight 0        node1 lacks host2    node2 starts 30 (second)
//   at 25 kill core node1 for 10               seconds; faults are named as in sim/plan.cpp
//   at 25 cut one-way node0 node2 for 20
//   until 60
//   ----
#pragma once

#include <string>
#include <vector>

#include "sim/plan.hpp"

namespace merlin::sim {

struct Scenario {
  std::vector<std::string> script;    // lines before the dashes
  std::vector<std::string> expected;  // lines after them
  Plan plan;
};

// Throws std::runtime_error with the line that it does not understand.
Scenario read_scenario(const std::string& path);
void write_scenario(const std::string& path, const Scenario& scenario, const std::vector<std::string>& story);

// What happens, without the single checks; only up to `until`, and what the judge holds against it afterwards.
std::vector<std::string> story_of(const Scenario& scenario);

}  // namespace merlin::sim
