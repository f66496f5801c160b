// A scenario file: what it proves, the cluster, a time line, and after a line of dashes the expected story.
//
//   # a comment
//   nodes 3               hosts 6              services 1           pulse 1000 (milliseconds)
//   node1 weight 0        node1 lacks host2    node2 starts 30 (second)
//   passive host3/traps   a service that receives only passive results
//   down host1 20 60      every check of it between these seconds finds a problem
//   majority              only the larger side of a network split notifies
//   repeat 20             seconds until a reminder of a problem
//   node1 notifies no
//   at 25 kill core node1 for 10               seconds; the names of faults are in sim/plan.cpp
//   at 25 cut one-way node0 node2 for 20
//   at 25 result host3/traps node1             a core receives a passive result
//   at 25 comment host1 node1                  an operator acts: comment, downtime, acknowledge, attribute, remove
//   until 60
//   ----
#pragma once

#include <string>
#include <vector>

#include "tests/sim/plan.hpp"

namespace merlin::sim {

struct Scenario {
  std::vector<std::string> script;    // lines before the dashes
  std::vector<std::string> expected;  // lines after them
  Plan plan;
};

// Throws std::runtime_error with the line that it cannot parse.
Scenario read_scenario(const std::string& path);
void write_scenario(const std::string& path, const Scenario& scenario, const std::vector<std::string>& story);

// The story without single checks, only up to `until`, and then the judge's failures.
std::vector<std::string> story_of(const Scenario& scenario);

}  // namespace merlin::sim
