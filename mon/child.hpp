// Another program, run to its end.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace merlin::mon {

// Runs argv[0] (a path, or a name looked up in PATH) with nothing to read, and waits at most `timeout`; past
// it its process group is ended. What it prints is kept in memory, so that a daemon it leaves behind never
// holds our own output open. Error: it could not be started, did not end in time, or ended with a status
// other than 0; `what` has the last line it printed.
Result<> run_child(const std::vector<std::string>& argv, Millis timeout);

}  // namespace merlin::mon
